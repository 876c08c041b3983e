/** Samples of a run of any length: all of them while they are few, then every second, every fourth, … */
export interface Thinned<T> {
  add(sample: T): void;
  all(): readonly T[];
}

const keptMax = 400;

export function thinned<T>(): Thinned<T> {
  let kept: T[] = [];
  let stride = 1;
  let seen = 0;
  return {
    add(sample) {
      if (seen++ % stride !== 0) return;
      kept.push(sample);
      if (kept.length < keptMax) return;
      kept = kept.filter((_, i) => i % 2 === 0);
      stride *= 2;
    },
    all: () => kept,
  };
}
