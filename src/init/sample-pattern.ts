import { NoSample } from './schema.ts';

/** A text for a regular expression, made from its parts: what is written plainly is served, what is clever is not. */

const words = [
  'windtunnel',
  'a',
  'A',
  '0',
  '1',
  'abc',
  'ABC',
  'abc-123',
  'a1',
  '12345678',
  '2026-01-01',
  ' ',
];

/**
 * @throws NoSample if none of the texts that are tried matches. The pattern is run, so a time limit must be set around
 * it.
 */
export function textFor(pattern: string, length: { min: number; max: number }): string {
  const expression = compiled(pattern);
  const fits = (text: string) =>
    text.length >= length.min && text.length <= length.max && expression.test(text);
  for (const repeats of [1, 2, length.min]) {
    const made = new Builder(pattern, repeats).build();
    if (made !== undefined && fits(made)) return made;
  }
  const found = words.flatMap((word) => [word, word.repeat(length.min).slice(0, length.min)]).find(fits);
  if (found !== undefined) return found;
  throw new NoSample('its pattern is none that a text could be made for');
}

function compiled(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u');
  } catch {
    throw new NoSample('its pattern is no regular expression');
  }
}

/** Reads a pattern from left to right, and takes of each choice the first; undefined for what it does not know. */
class Builder {
  readonly #pattern: string;
  readonly #repeats: number;
  #at = 0;

  /** @param repeats how often what may be repeated without end is. */
  constructor(pattern: string, repeats: number) {
    this.#pattern = pattern;
    this.#repeats = Math.min(repeats, 100);
  }

  build(): string | undefined {
    const text = this.#alternatives(0);
    return this.#at === this.#pattern.length ? text : undefined;
  }

  #alternatives(depth: number): string | undefined {
    if (depth > 20) return undefined;
    const first = this.#sequence(depth);
    while (first !== undefined && this.#take('|')) {
      if (this.#sequence(depth) === undefined) return undefined;
    }
    return first;
  }

  #sequence(depth: number): string | undefined {
    let text = '';
    while (this.#at < this.#pattern.length && !/[|)]/.test(this.#pattern[this.#at] ?? '')) {
      const atom = this.#atom(depth);
      if (atom === undefined) return undefined;
      text += atom.repeat(this.#times());
      if (text.length > 1000) return undefined;
    }
    return text;
  }

  #atom(depth: number): string | undefined {
    if (this.#take('^') || this.#take('$')) return '';
    if (this.#take('.')) return 'a';
    if (this.#take('(?:') || this.#take('(')) {
      // Of what looks around, nothing can be made.
      if (this.#pattern[this.#at] === '?') return undefined;
      const inner = this.#alternatives(depth + 1);
      return this.#take(')') ? inner : undefined;
    }
    if (this.#take('[')) return this.#characterClass();
    if (this.#take('\\')) return this.#escape();
    return this.#next();
  }

  /** One character of those that are allowed. */
  #characterClass(): string | undefined {
    if (this.#pattern[this.#at] === '^') return undefined;
    const first = this.#take('\\') ? this.#escape() : this.#next();
    while (this.#at < this.#pattern.length && this.#pattern[this.#at] !== ']') {
      if (this.#take('\\')) this.#next();
      else this.#next();
    }
    return this.#take(']') ? first : undefined;
  }

  #escape(): string | undefined {
    const character = this.#next();
    const known: Record<string, string> = {
      d: '0',
      w: 'a',
      s: ' ',
      D: 'a',
      W: '-',
      S: 'a',
      n: '\n',
      t: '\t',
      b: '',
    };
    if (character === undefined || /[pPukxcB1-9]/.test(character)) return undefined;
    return known[character] ?? character;
  }

  #times(): number {
    const bounds = /^\{(\d+)(?:(,)(\d*))?\}/.exec(this.#pattern.slice(this.#at, this.#at + 30));
    let times = 1;
    if (bounds) {
      this.#at += bounds[0].length;
      const [least, most] = [
        Number(bounds[1]),
        bounds[2] && bounds[3] !== '' ? Number(bounds[3]) : undefined,
      ];
      times = bounds[2] ? Math.min(Math.max(least, this.#repeats), most ?? Number.POSITIVE_INFINITY) : least;
    } else if (this.#take('*') || this.#take('+')) times = this.#repeats;
    else if (this.#take('?')) times = 0;
    this.#take('?');
    return Math.min(times, 1000);
  }

  #take(text: string): boolean {
    if (!this.#pattern.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #next(): string | undefined {
    const character = this.#pattern[this.#at];
    this.#at += 1;
    return character;
  }
}
