/**
 * What is known of the values of one client's application state, as bits. Scenarios write operation ids,
 * `<client>.<index>`: such a value is kept by its index in nine bytes, any other as it is.
 */
export interface ValueMarks {
  /** Adds marks to a value; `acknowledgedUs` is when it was acknowledged, where that is what is marked. */
  mark(value: string, marks: number, acknowledgedUs?: number): void;
  /** Shows each marked value and takes the marks that it has from now on. */
  revise(revised: (marks: number, acknowledgedUs: number) => number): void;
  /** How many values have all of these marks. */
  count(marks: number): number;
  /** The client has got as far as this operation: no later one can have written anything yet. */
  reached(index: number): void;
}

export function valueMarks(client: string): ValueMarks {
  let own = new Uint8Array(0);
  let ownUs = new Float64Array(0);
  let reachedIndex = -1;
  const others = new Map<string, { marks: number; acknowledgedUs: number }>();

  const grow = (index: number) => {
    const length = Math.max(16, 2 ** Math.ceil(Math.log2(index + 1)));
    const grown = new Uint8Array(length);
    grown.set(own);
    own = grown;
    const grownUs = new Float64Array(length);
    grownUs.set(ownUs);
    ownUs = grownUs;
  };

  return {
    mark(value, marks, acknowledgedUs) {
      const index = indexOf(value, client);
      // What a server invents must not decide how much is kept.
      if (index >= 0 && index <= reachedIndex) {
        if (index >= own.length) grow(index);
        own[index] = (own[index] ?? 0) | marks;
        if (acknowledgedUs !== undefined) ownUs[index] = acknowledgedUs;
        return;
      }
      const other = others.get(value) ?? { marks: 0, acknowledgedUs: 0 };
      other.marks |= marks;
      if (acknowledgedUs !== undefined) other.acknowledgedUs = acknowledgedUs;
      others.set(value, other);
    },
    revise(revised) {
      for (let i = 0; i < own.length; i++) {
        const marks = own[i] ?? 0;
        if (marks !== 0) own[i] = revised(marks, ownUs[i] ?? 0);
      }
      for (const other of others.values()) other.marks = revised(other.marks, other.acknowledgedUs);
    },
    count(marks) {
      let total = 0;
      for (const has of own) if ((has & marks) === marks) total += 1;
      for (const other of others.values()) if ((other.marks & marks) === marks) total += 1;
      return total;
    },
    reached(index) {
      reachedIndex = Math.max(reachedIndex, index);
    },
  };
}

/** The index in `<client>.<index>`; -1 for any other value. */
function indexOf(value: string, client: string): number {
  const dot = client.length;
  if (value.charCodeAt(dot) !== 0x2e || value.length > dot + 10 || !value.startsWith(client)) return -1;
  const first = value.charCodeAt(dot + 1);
  // `c1.07` is another value than `c1.7`.
  if (first === 0x30) return value.length === dot + 2 ? 0 : -1;
  let index = 0;
  for (let i = dot + 1; i < value.length; i++) {
    const digit = value.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return -1;
    index = index * 10 + digit;
  }
  return value.length > dot + 1 ? index : -1;
}
