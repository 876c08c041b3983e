/** What measures are made of. */

/** A share of counted things, with its 95 % Wilson score interval. */
export interface Rate {
  /** numerator ÷ denominator, in [0, 1]; null when the denominator is 0: nothing was seen, so nothing is known. */
  value: number | null;
  numerator: number;
  denominator: number;
  interval: [number, number] | null;
}

/** Milliseconds, from an HdrHistogram of 3 significant digits; all null when `count` is 0. */
export interface Distribution {
  count: number;
  p50: number | null;
  p90: number | null;
  p99: number | null;
  p999: number | null;
  max: number | null;
}

export interface NotApplicable {
  notApplicable: string;
}
