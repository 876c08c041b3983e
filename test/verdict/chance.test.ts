import { describe, expect, it } from 'vitest';
import {
  betaBinomial,
  binomial,
  firstIndex,
  poisson,
  sumOf,
  thinned,
} from '../../src/verdict/theory/chance.ts';

/** Probability of a value outside [low, high], by adding up term by term with exact products. */
function outside(probabilities: readonly number[], [low, high]: readonly [number, number]) {
  return {
    below: probabilities.slice(0, low).reduce((sum, p) => sum + p, 0),
    above: probabilities.slice(high + 1).reduce((sum, p) => sum + p, 0),
  };
}

function binomialTerms(n: number, p: number): number[] {
  const terms = [(1 - p) ** n];
  for (let k = 1; k <= n; k++) terms.push(((terms[k - 1] ?? 0) * (n - k + 1) * p) / (k * (1 - p)));
  return terms;
}

describe('a 99 % interval', () => {
  it.each([
    [60, 1 / 3],
    [16, 1 / 2],
    [200, 0.02],
    [1000, 0.4],
  ])('of %i trials with %f leaves less than 0.5 % on either side, and no more than it must', (n, p) => {
    const terms = binomialTerms(n, p);
    const [low, high] = binomial(n, p);
    const { below, above } = outside(terms, [low, high]);
    expect(below).toBeLessThanOrEqual(0.005);
    expect(above).toBeLessThanOrEqual(0.005);
    expect(outside(terms, [low + 1, high]).below).toBeGreaterThan(0.005);
    expect(outside(terms, [low, high - 1]).above).toBeGreaterThan(0.005);
  });

  it('is a point where nothing is left to chance', () => {
    expect(binomial(10, 0)).toEqual([0, 0]);
    expect(binomial(10, 1)).toEqual([10, 10]);
    expect(binomial(0, 0.5)).toEqual([0, 0]);
    expect(poisson(0)).toEqual([0, 0]);
    expect(betaBinomial(9, 0, 5)).toEqual([0, 0]);
    expect(betaBinomial(9, 5, 0)).toEqual([9, 9]);
  });

  it('of a Poisson count of mean 0.48 reaches to 3', () => {
    // e^-0.48 (1 + 0.48 + 0.48^2/2) = 0.9868, and with 0.48^3/6 it is 0.9982.
    expect(poisson(0.48)).toEqual([0, 3]);
    expect(poisson(100)).toEqual([75, 127]);
  });

  it('of a beta-binomial count is uniform for a = b = 1, and binomial for large a and b', () => {
    const [first, last] = betaBinomial(998, 1, 1);
    expect([first, 998 - last]).toEqual([4, 4]);
    expect(betaBinomial(60, 1e7, 2e7)).toEqual(binomial(60, 1 / 3));
    const [low, high] = betaBinomial(600, 160, 320);
    const [lowSure, highSure] = binomial(600, 1 / 3);
    expect(low).toBeLessThan(lowSure);
    expect(high).toBeGreaterThan(highSure);
  });

  it('holds for a million trials', () => {
    const [low, high] = binomial(1_000_000, 1 / 3);
    expect((low + high) / 2).toBeCloseTo(1_000_000 / 3, -1);
    expect((high - low) / 2).toBeCloseTo(2.5758 * Math.sqrt((1_000_000 * 2) / 9), -1);
  });

  it('of a sum of coins is that of the binomial; of a great many, the normal one', () => {
    const coin = [2 / 3, 1 / 3];
    expect(sumOf([{ probabilities: coin, times: 60 }])).toEqual({
      mean: expect.closeTo(20, 9),
      interval: binomial(60, 1 / 3),
    });
    const [low, high] = sumOf([{ probabilities: coin, times: 30_000 }]).interval;
    const [lowExact, highExact] = binomial(30_000, 1 / 3);
    expect(Math.abs(low - lowExact)).toBeLessThanOrEqual(2);
    expect(Math.abs(high - highExact)).toBeLessThanOrEqual(2);
  });
});

it('keeps a share of a count, each for itself', () => {
  expect(thinned([0, 0, 1], 0.5)).toEqual([0.25, 0.5, 0.25].map((p) => expect.closeTo(p, 12)));
  expect(thinned([0.5, 0.5], 0.2)).toEqual([0.9, 0.1].map((p) => expect.closeTo(p, 12)));
  expect(thinned([0.2, 0.3, 0.5], 1)).toEqual([0.2, 0.3, 0.5].map((p) => expect.closeTo(p, 12)));
});

it('finds the first from which on something holds', () => {
  expect(firstIndex([1, 3, 5, 7], (one) => one >= 4)).toBe(2);
  expect(firstIndex([1, 3], (one) => one >= 4)).toBe(2);
  expect(firstIndex([], () => true)).toBe(0);
});
