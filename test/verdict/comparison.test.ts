import { describe, expect, it } from 'vitest';
import { type Prng, seededPrng } from '../../src/core/index.ts';
import { compareAll, compareTimes, runsNeeded } from '../../src/verdict/comparison.ts';
import type { RunResult } from '../../src/verdict/index.ts';
import { leastRuns, mannWhitneyP, median, ratioInterval } from '../../src/verdict/statistics.ts';
import { exampleResults, rateOf } from '../report/fixture.ts';

describe('Mann–Whitney U', () => {
  const upTo = (n: number, from = 1) => Array.from({ length: n }, (_, i) => from + i);

  it('counts every way for a few values', () => {
    // All of one side below all of the other: 2 of the 252 ways.
    expect(mannWhitneyP(upTo(5), upTo(5, 6))).toBeCloseTo(2 / 252, 12);
    // Mann & Whitney 1947, table I: P(U <= 5) = .048 and P(U <= 2) = .008 for n = m = 5 … and 4, one-sided.
    expect(mannWhitneyP([1, 2, 3, 4, 10], [5, 6, 7, 8, 9]) / 2).toBeCloseTo(0.0754, 3);
    expect(mannWhitneyP([1, 2, 3, 6], [4, 5, 7, 8]) / 2).toBeCloseTo(4 / 70, 12);
  });

  it('knows no difference between equals, and gives ties their middle rank', () => {
    expect(mannWhitneyP([7, 7, 7], [7, 7, 7])).toBe(1);
    // Ranks 1.5 1.5 | 3.5 3.5: 2 of the 6 ways are as far apart.
    expect(mannWhitneyP([1, 1], [2, 2])).toBeCloseTo(1 / 3, 12);
  });

  it('goes over to the normal distribution without a step', () => {
    // The last of 60 values counted, the first of 61 approximated: one more in the middle changes little.
    const [a, b] = [upTo(30, 1).map((x) => x * 2), upTo(30, 6).map((x) => x * 2 + 1)];
    const [counted, approximated] = [mannWhitneyP(a, b), mannWhitneyP(a, [...b, 43])];
    expect(counted).toBeGreaterThan(0.02);
    expect(approximated / counted).toBeGreaterThan(0.85);
    expect(approximated / counted).toBeLessThan(1.15);
    expect(mannWhitneyP(new Array(40).fill(1), new Array(40).fill(1))).toBe(1);
  });

  it('needs five runs a side to come below 1 %', () => {
    expect(leastRuns(0.05)).toBe(4);
    expect(leastRuns(0.01)).toBe(5);
    expect(runsNeeded).toBe(5);
  });
});

describe('the bootstrap interval', () => {
  it('draws medians of even and odd numbers of values', () => {
    // Whatever is drawn of equal values has their median.
    expect(ratioInterval([4, 4, 4], [6, 6], seededPrng(1))).toEqual([1.5, 1.5]);
    // Two values: the median of two draws is 1, 2 or 3.
    const [low, high] = ratioInterval([1, 1], [1, 3], seededPrng(1));
    expect([low, high]).toEqual([1, 3]);
  });

  it('holds the ratio of medians, and is the same for the same seed', () => {
    const [a, b] = [
      [9, 10, 10, 11, 12],
      [19, 20, 20, 21, 24],
    ];
    const interval = ratioInterval(a, b, seededPrng(1));
    expect(interval[0]).toBeLessThan(median(b) / median(a));
    expect(interval[1]).toBeGreaterThan(median(b) / median(a));
    expect(interval[0]).toBeGreaterThan(1.5);
    expect(ratioInterval(a, b, seededPrng(1))).toEqual(interval);
  });
});

/** p99 of 200 log-normal samples in each of ten runs. */
function runs(prng: Prng, factor: number): number[] {
  const normal = () => Math.sqrt(-2 * Math.log(1 - prng.next())) * Math.cos(2 * Math.PI * prng.next());
  return Array.from({ length: 10 }, () => {
    const samples = Float64Array.from({ length: 200 }, () => 20 * factor * Math.exp(0.25 * normal())).sort();
    return samples[197] ?? 0;
  });
}

function shareOf(verdict: string, factor: number, trials: number): number {
  const prng = seededPrng(20);
  const found = Array.from({ length: trials }, () =>
    compareTimes('latency_ms.p99', runs(prng, 1), runs(prng, factor), prng),
  );
  return found.filter((comparison) => comparison.verdict === verdict).length / trials;
}

describe('p99 of ten runs a side', () => {
  it('raises a false alarm in at most 1 % of A/A comparisons', () => {
    const trials = 1000;
    expect(shareOf('regression', 1, trials) + shareOf('improvement', 1, trials)).toBeLessThanOrEqual(0.01);
  });

  it('finds + 15 % in at least 95 %', () =>
    expect(shareOf('regression', 1.15, 400)).toBeGreaterThanOrEqual(0.95));
});

describe('two sets of times', () => {
  const compare = (a: number[], b: number[], metric = 'latency_ms.p99') =>
    compareTimes(metric, a, b, seededPrng(1));
  const around = (middle: number) => [-2, -1, 0, 1, 2, 0.5].map((off) => middle + off * (middle / 100));

  it('differ if chance, interval and size agree; which way is good depends on the measure', () => {
    expect(compare(around(100), around(120))).toMatchObject({
      verdict: 'regression',
      baseline: 100.25,
      ratio: expect.closeTo(1.2, 2),
      pValue: expect.closeTo(2 / 924, 9),
      reason: '',
    });
    expect(compare(around(120), around(100))).toMatchObject({ verdict: 'improvement' });
    expect(compare(around(100), around(120), 'throughput')).toMatchObject({ verdict: 'improvement' });
    expect(compare(around(120), around(100), 'throughput')).toMatchObject({ verdict: 'regression' });
  });

  it('do not differ, and say why, if one of the three does not agree', () => {
    // Certain, and too small: 4 % of 1 s, or half a millisecond.
    expect(compare(around(1000), around(1040)).reason).toContain('too small');
    const tiny = compare(
      around(1).map((x) => x / 2),
      around(1),
    );
    expect(tiny).toMatchObject({ verdict: 'no-difference', reason: 'it is too small to matter' });
    const wide = compare([10, 20, 30, 40, 50, 60], [12, 25, 33, 47, 55, 80]);
    expect(wide).toMatchObject({ verdict: 'no-difference' });
    expect(wide.reason).toMatch(/chance explains it \(p = 0\.\d+\); the interval of the ratio holds 1/);
  });

  it('are unknown with too few runs, and it is said how many it takes', () => {
    expect(compare([1, 2, 3, 4], [9, 9, 9, 9])).toMatchObject({
      verdict: 'unknown',
      ratio: null,
      reason: expect.stringContaining('--repeat 5'),
    });
  });
});

describe('two deployments', () => {
  const results = () => exampleResults({ scenarios: ['crash'], deployments: ['a', 'b'], repeats: 10 });
  /** Both with the same losses, and with latencies of their own run. */
  const alike = (change: (run: RunResult) => void = () => {}) => {
    const made = results();
    for (const run of made.runs) {
      const at = 20 + ((run.repeat * 7) % 10) / 10;
      run.metrics = {
        ...run.metrics,
        session_loss: { notApplicable: 'none' },
        state_loss: { ...rateOf(0, 60), unjudged: 0 },
        latency_ms: { count: 9, p50: at, p90: at, p99: at, p999: at, max: at },
      };
      run.checks = [
        { id: 'record-complete', verdict: 'pass', observed: '', limit: '', reason: '' },
        { id: 'state_loss', metric: 'state_loss', verdict: 'fail', observed: '', limit: '', reason: '' },
      ];
      change(run);
    }
    const { scenarios, deployments, seed, runs } = made;
    return compareAll({ scenarios, deployments, seed }, runs);
  };

  it('do not differ, if nothing does; what has no meaning is left out', () => {
    const [comparison, ...more] = alike();
    expect(more).toEqual([]);
    expect(comparison).toMatchObject({
      scenario: 'crash',
      baseline: 'a',
      candidate: 'b',
      runs: [10, 10],
      verdict: 'no-difference',
    });
    const metrics = comparison?.measures.map((measure) => measure.metric);
    expect(metrics).toContain('state_loss');
    expect(metrics).not.toContain('session_loss');
  });

  it('differ by a single loss: counts are exact', () => {
    const [comparison] = alike((run) => {
      if (run.deployment === 'b' && run.repeat === 3) {
        run.metrics = { ...run.metrics, state_loss: { ...rateOf(1, 60), unjudged: 0 } };
      }
    });
    expect(comparison?.verdict).toBe('difference');
    expect(comparison?.measures.find((measure) => measure.metric === 'state_loss')).toMatchObject({
      verdict: 'more',
      baseline: { numerator: 0, denominator: 600 },
      candidate: { numerator: 1, denominator: 600 },
    });
  });

  it('are held against each other by sound runs only', () => {
    const [comparison] = alike((run) => {
      if (run.repeat > 2)
        run.checks = [{ id: 'generator-on-time', verdict: 'unknown', observed: '', limit: '', reason: '' }];
    });
    expect(comparison).toMatchObject({
      runs: [3, 3],
      verdict: 'unknown',
      reason: expect.stringContaining('at least 5'),
    });
  });

  it('are those that a scenario is run over, the first of them first', () => {
    const { scenarios, deployments, seed, runs } = exampleResults({
      scenarios: ['crash', 'steady'],
      deployments: ['a', 'b', 'c'],
      repeats: 1,
    });
    const [crash, steady] = scenarios;
    if (!crash || !steady) throw new Error('there are two scenarios');
    const own = [crash, { ...steady, deployments: ['b', 'c'] }];
    const compared = compareAll({ scenarios: own, deployments, seed }, runs);
    expect(compared.map(({ scenario, baseline, candidate }) => [scenario, baseline, candidate])).toEqual([
      ['crash', 'a', 'b'],
      ['crash', 'a', 'c'],
      ['steady', 'b', 'c'],
    ]);
  });

  it('need each other', () => {
    const { scenarios, deployments, seed, runs } = exampleResults({ deployments: ['a'] });
    expect(compareAll({ scenarios, deployments, seed }, runs)).toEqual([]);
  });
});
