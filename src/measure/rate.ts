import type { Rate } from './metrics.ts';

/** The two-sided 95 % quantile of the standard normal distribution. */
const z95 = 1.959963984540054;

/** A rate with its 95 % Wilson interval; `value` and `interval` are null when the denominator is 0. */
export function rate(numerator: number, denominator: number): Rate {
  if (denominator === 0) return { value: null, numerator, denominator, interval: null };
  return { value: numerator / denominator, numerator, denominator, interval: wilson(numerator, denominator) };
}

/**
 * Wilson score interval (E. B. Wilson, "Probable inference, the law of succession, and statistical
 * inference", JASA 22, 1927): keeps its coverage for rates near 0 and 1, where the normal interval fails.
 */
export function wilson(successes: number, trials: number): [number, number] {
  const share = successes / trials;
  const z2 = z95 * z95;
  const centre = share + z2 / (2 * trials);
  const spread = z95 * Math.sqrt((share * (1 - share) + z2 / (4 * trials)) / trials);
  const scale = 1 + z2 / trials;
  // At the ends the formula gives 0 and 1 exactly; floating point does not.
  return [
    successes === 0 ? 0 : Math.max(0, (centre - spread) / scale),
    successes === trials ? 1 : Math.min(1, (centre + spread) / scale),
  ];
}
