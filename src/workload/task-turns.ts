/** One exchange at a time on a connection, for those that would make several at once. */
export interface Turns {
  /** Does `work` when everything that came before has ended; how that ended is no concern of it. */
  take<T>(work: () => Promise<T>): Promise<T>;
}

export function turns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  return {
    take(work) {
      const mine = last.then(work);
      last = mine.catch(() => {});
      return mine;
    },
  };
}
