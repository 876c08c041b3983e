/**
 * What chance allows: two-sided intervals of 99 %, exact from the distribution function unless said otherwise.
 * A count below the lower end has a probability of less than 0.5 %, and so has one above the upper end.
 */

const tail = 0.005;
/** The two-sided 99 % quantile of the standard normal distribution. */
const z99 = 2.5758293035489004;

export type Interval = [low: number, high: number];

/** Successes in `trials` independent trials. */
export function binomial(trials: number, probability: number): Interval {
  if (trials === 0 || probability <= 0) return [0, 0];
  if (probability >= 1) return [trials, trials];
  const [p, q] = [Math.log(probability), Math.log1p(-probability)];
  return quantiles(trials, (k) => logChoose(trials, k) + k * p + (trials - k) * q);
}

/**
 * Successes in `trials` trials that share one probability, which itself is drawn from a beta distribution: where
 * `a` of `a + b` random points on a ring are of the kind that is looked for, the arcs before them have such a share.
 */
export function betaBinomial(trials: number, a: number, b: number): Interval {
  if (trials === 0 || a <= 0) return [0, 0];
  if (b <= 0) return [trials, trials];
  const whole = logBeta(a, b);
  return quantiles(trials, (k) => logChoose(trials, k) + logBeta(k + a, trials - k + b) - whole);
}

/** Events of a rate, in the time in which `mean` of them are expected. */
export function poisson(mean: number): Interval {
  if (mean <= 0) return [0, 0];
  // Beyond this there is less than one part in 10^12.
  const most = Math.ceil(mean + 12 * Math.sqrt(mean) + 30);
  return quantiles(most, (k) => k * Math.log(mean) - mean - logGamma(k + 1));
}

/** Probabilities of 0, 1, 2, …, and how many independent ones of the kind are added. */
export interface Part {
  probabilities: readonly number[];
  times: number;
}

/** Above it a sum is taken for normal, by its exact mean and variance. */
const convolvedMax = 5_000;

/** A sum of independent counts. */
export function sumOf(parts: readonly Part[]): { mean: number; interval: Interval } {
  let mean = 0;
  let variance = 0;
  let most = 0;
  for (const { probabilities, times } of parts) {
    const first = probabilities.reduce((sum, p, k) => sum + p * k, 0);
    const second = probabilities.reduce((sum, p, k) => sum + p * k * k, 0);
    mean += times * first;
    variance += times * (second - first * first);
    most += times * (probabilities.length - 1);
  }
  if (most > convolvedMax) {
    const spread = z99 * Math.sqrt(variance);
    return {
      mean,
      interval: [Math.max(0, Math.floor(mean - spread)), Math.min(most, Math.ceil(mean + spread))],
    };
  }
  let sum = [1];
  for (const { probabilities, times } of parts) {
    for (let i = 0; i < times; i++) sum = convolve(sum, probabilities);
  }
  return { mean, interval: quantiles(sum.length - 1, (k) => Math.log(sum[k] ?? 0)) };
}

/** Probabilities of 0, 1, 2, … where each of what is counted is kept with a probability of its own. */
export function thinned(probabilities: readonly number[], kept: number): number[] {
  return probabilities.map((_, k) =>
    probabilities.reduce(
      (sum, p, n) => sum + (n < k ? 0 : p * choose(n, k) * kept ** k * (1 - kept) ** (n - k)),
      0,
    ),
  );
}

/** The first index at which `is` holds, by bisection, so it must hold from there on; the length if nowhere. */
export function firstIndex<T>(all: readonly T[], is: (one: T) => boolean): number {
  let [from, to] = [0, all.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (is(all[middle] as T)) to = middle;
    else from = middle + 1;
  }
  return from;
}

function convolve(a: readonly number[], b: readonly number[]): number[] {
  const sum = new Array<number>(a.length + b.length - 1).fill(0);
  for (const [i, p] of a.entries()) {
    for (const [j, q] of b.entries()) sum[i + j] = (sum[i + j] ?? 0) + p * q;
  }
  return sum;
}

function quantiles(most: number, logProbability: (k: number) => number): Interval {
  let below = 0;
  let low = 0;
  for (let k = 0; k <= most; k++) {
    below += Math.exp(logProbability(k));
    if (below <= tail) low = k + 1;
    if (below >= 1 - tail) return [Math.min(low, k), k];
  }
  return [Math.min(low, most), most];
}

const logChoose = (n: number, k: number) => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
const choose = (n: number, k: number) => Math.exp(logChoose(n, k));
const logBeta = (a: number, b: number) => logGamma(a) + logGamma(b) - logGamma(a + b);

/** Lanczos' approximation with g = 7 and 9 terms: 15 significant digits for x > 0. */
function logGamma(x: number): number {
  let sum = lanczos[0] ?? 0;
  for (let i = 1; i < lanczos.length; i++) sum += (lanczos[i] ?? 0) / (x - 1 + i);
  const t = x - 1 + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
