/** What one measurement of the bench came to. Only `value` against `bound` decides; the rest is for people. */
export interface Row {
  id: string;
  what: string;
  /** The figure that the goal bounds. */
  value: number;
  unit: string;
  /** The goal: `value` at most, or at least, this. */
  bound: { atMost: number } | { atLeast: number };
  /** What else was measured, e.g. both sides of a ratio. */
  details: Record<string, number>;
}

export function isMet({ value, bound }: Row): boolean {
  return 'atMost' in bound ? value <= bound.atMost : value >= bound.atLeast;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
