import type { Prng } from '../core/index.ts';

/** Statistics over a few runs; nothing here supposes that times are normally distributed. */

/** The middle value, or the mean of the two in the middle; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = new Float64Array(values).sort();
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}

/** Up to so many values in all, every way to deal them out is counted; beyond, the normal distribution serves. */
const exactMax = 60;

/**
 * The Mann–Whitney U test (Mann & Whitney 1947), two-sided: how probable a difference in ranks as large as this one
 * is, if both sides are drawn from the same distribution. Ties have their middle rank, and the exact distribution is
 * that of the ranks as they are.
 */
export function mannWhitneyP(a: readonly number[], b: readonly number[]): number {
  const ranks = doubledRanks([...a, ...b]);
  const rankSum = ranks.slice(0, a.length).reduce((sum, rank) => sum + rank, 0);
  // E of the doubled rank sum is n (N + 1).
  const off = Math.abs(rankSum - a.length * (ranks.length + 1));
  return ranks.length <= exactMax
    ? exactP(ranks, a.length, off)
    : approximateP(ranks, a.length, b.length, off);
}

/** The fewest runs a side with which the test can come below `alpha` at all. */
export function leastRuns(alpha: number): number {
  let runs = 1;
  // 2 of the (2n over n) ways are the most extreme.
  for (let ways = 2; 2 / ways >= alpha; runs++) ways = (ways * (2 * runs + 1) * 2) / (runs + 1);
  return runs;
}

/** Ranks from 1, times two, so that the middle rank of a tie is a whole number. */
function doubledRanks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((i, j) => (values[i] ?? 0) - (values[j] ?? 0));
  const ranks = new Array<number>(values.length).fill(0);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1] ?? 0] === values[order[from] ?? 0]) to += 1;
    for (let i = from; i <= to; i++) ranks[order[i] ?? 0] = from + to + 2;
    from = to + 1;
  }
  return ranks;
}

/** Counts, rank by rank, the ways to pick `picked` of them by their sum. */
function exactP(ranks: readonly number[], picked: number, off: number): number {
  const sumMax = ranks.reduce((sum, rank) => sum + rank, 0);
  const ways = Array.from({ length: picked + 1 }, () => new Float64Array(sumMax + 1));
  const [none] = ways;
  if (none) none[0] = 1;
  for (const rank of ranks) {
    for (let k = picked; k >= 1; k--) {
      const [less, more] = [ways[k - 1], ways[k]];
      if (!less || !more) continue;
      for (let sum = sumMax; sum >= rank; sum--) more[sum] = (more[sum] ?? 0) + (less[sum - rank] ?? 0);
    }
  }
  const expected = picked * (ranks.length + 1);
  let all = 0;
  let extreme = 0;
  ways[picked]?.forEach((count, sum) => {
    all += count;
    if (Math.abs(sum - expected) >= off) extreme += count;
  });
  return extreme / all;
}

/** With corrections for ties and continuity. */
function approximateP(ranks: readonly number[], n: number, m: number, off: number): number {
  const total = n + m;
  const mean = total + 1;
  // The variance of a sum drawn without replacement; ties make it smaller by themselves.
  const spread = ranks.reduce((sum, rank) => sum + (rank - mean) ** 2, 0) / (total - 1);
  const deviation = Math.sqrt((n * m * spread) / total);
  return deviation === 0 ? 1 : Math.min(1, erfc(Math.max(0, off - 1) / deviation / Math.SQRT2));
}

/** Abramowitz & Stegun 7.1.26; absolute error below 1.5e-7, for x from 0. */
function erfc(x: number): number {
  const t = 1 / (1 + 0.3275911 * x);
  const terms = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592];
  return terms.reduce((sum, term) => sum * t + term, 0) * t * Math.exp(-x * x);
}

const resamples = 1000;

/** The 95 % bootstrap interval (percentiles; Efron 1979) of median(b) ÷ median(a), runs drawn on both sides. */
export function ratioInterval(a: readonly number[], b: readonly number[], prng: Prng): [number, number] {
  const [drawA, drawB] = [medianOfDraws(a, prng), medianOfDraws(b, prng)];
  const ratios = new Float64Array(resamples).map(() => drawB() / drawA()).sort();
  const at = (share: number) => ratios[Math.round(share * (resamples - 1))] ?? Number.NaN;
  return [at(0.025), at(0.975)];
}

/** The median of as many values, drawn with replacement; by counting, since sorting each time takes long. */
function medianOfDraws(values: readonly number[], prng: Prng): () => number {
  const sorted = new Float64Array(values).sort();
  const drawn = new Uint32Array(sorted.length);
  const nth = (n: number) => {
    let i = 0;
    for (let seen = drawn[0] ?? 0; seen <= n && i < drawn.length; seen += drawn[i] ?? 0) i += 1;
    return sorted[i] ?? Number.NaN;
  };
  return () => {
    drawn.fill(0);
    for (let i = 0; i < drawn.length; i++) {
      const at = prng.below(drawn.length);
      drawn[at] = (drawn[at] ?? 0) + 1;
    }
    const half = drawn.length >> 1;
    return drawn.length % 2 === 1 ? nth(half) : (nth(half - 1) + nth(half)) / 2;
  };
}
