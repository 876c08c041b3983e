/** A note on a task; `a` and `b` are whole numbers below 2³². */
export interface Note {
  atUs: number;
  a: number;
  b: number;
}

/**
 * Lists of notes, all of them in a few arrays of numbers: a run has millions of polls, and an object for each would take
 * ten times the room. A list is known by the place of its last note.
 */
export interface NoteLists {
  /**
   * @param last of the list it belongs to; -1 for a new one. Returns the new last one.
   * @throws RangeError when there are too many: to leave some out would change what is counted.
   */
  add(last: number, note: Note): number;
  /** In order of time. */
  list(last: number): Note[];
}

const notesMax = 1 << 24;

export function noteLists(): NoteLists {
  let room = 1024;
  let atUs = new Float64Array(room);
  let a = new Uint32Array(room);
  let b = new Uint32Array(room);
  let before = new Int32Array(room);
  let count = 0;

  const grow = () => {
    if (room >= notesMax) throw new RangeError(`more than ${notesMax} notes on tasks cannot be judged`);
    room *= 2;
    const [oldAtUs, oldA, oldB, oldBefore] = [atUs, a, b, before];
    atUs = new Float64Array(room);
    atUs.set(oldAtUs);
    a = new Uint32Array(room);
    a.set(oldA);
    b = new Uint32Array(room);
    b.set(oldB);
    before = new Int32Array(room);
    before.set(oldBefore);
  };

  return {
    add(last, note) {
      if (count === room) grow();
      atUs[count] = note.atUs;
      a[count] = note.a;
      b[count] = note.b;
      before[count] = last;
      return count++;
    },
    list(last) {
      const found: Note[] = [];
      let isInOrder = true;
      for (let i = last; i >= 0; i = before[i] ?? -1) {
        const note = { atUs: atUs[i] ?? 0, a: a[i] ?? 0, b: b[i] ?? 0 };
        isInOrder &&= note.atUs <= (found.at(-1)?.atUs ?? Number.POSITIVE_INFINITY);
        found.push(note);
      }
      found.reverse();
      // As nearly all are.
      return isInOrder ? found : found.sort((one, other) => one.atUs - other.atUs);
    },
  };
}

/** Numbers for texts that come again and again; of a server that never repeats itself only so many are kept. */
export function dictionary(textsMax: number) {
  const numbers = new Map<string, number>();
  const texts: string[] = [];
  return {
    /** `otherwise` stands for it when there is no more room. */
    numberOf(text: string, otherwise = ''): number {
      const known = numbers.get(text);
      if (known !== undefined) return known;
      const kept = texts.length < textsMax ? text : otherwise;
      const number = numbers.get(kept) ?? texts.push(kept) - 1;
      numbers.set(kept, number);
      return number;
    },
    textOf: (number: number): string => texts[number] ?? '',
  };
}
