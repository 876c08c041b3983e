/** The id of a session or task → where it lives. Holds at most `idsMax`; the one learned first is the first to go. */
export interface LearnedTable<U> {
  get(id: string): U | undefined;
  set(id: string, home: U): void;
  delete(id: string): void;
}

export function learnedTable<U>(idsMax: number): LearnedTable<U> {
  // A Map keeps the order of insertion, and a key that is set again keeps its place.
  const homes = new Map<string, U>();
  return {
    get: (id) => homes.get(id),
    set(id, home) {
      homes.set(id, home);
      if (homes.size <= idsMax) return;
      const [oldest] = homes.keys();
      if (oldest !== undefined) homes.delete(oldest);
    },
    delete: (id) => homes.delete(id),
  };
}
