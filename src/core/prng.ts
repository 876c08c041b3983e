/**
 * Seeded randomness: the same seed gives the same numbers on every machine and Node version.
 *
 * xoshiro128** (Blackman & Vigna 2018, https://prng.di.unimi.it/), its state filled by SplitMix32.
 */
export interface Prng {
  /** Uniform in [0, 1), with 32 bits of resolution. */
  next(): number;
  /** An integer, uniform in [0, bound). */
  below(bound: number): number;
  /** An independent stream for a named purpose: adding one consumer does not shift the numbers of another. */
  fork(name: string): Prng;
}

export function seededPrng(seed: number): Prng {
  return fromState(splitMix32(seed >>> 0), seed >>> 0);
}

function fromState(mix: () => number, seed: number): Prng {
  let a = mix();
  let b = mix();
  let c = mix();
  let d = mix();
  const nextU32 = (): number => {
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotateLeft(d, 11);
    return result;
  };
  return {
    next: () => nextU32() / 0x1_0000_0000,
    below: (bound) => Math.floor((nextU32() / 0x1_0000_0000) * bound),
    fork: (name) => seededPrng(hash32(name, seed)),
  };
}

function rotateLeft(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}

function splitMix32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
}

/** FNV-1a over the name's UTF-16 units, started from the parent's seed. */
function hash32(text: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
