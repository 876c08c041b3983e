import { type Position, plotWidth } from './theme.ts';

/** The axis of time, from the begin of the workload; in seconds, or in minutes and hours where it is long. */
export interface TimeAxis {
  /** Of one unit. */
  unitMs: number;
  unit: 's' | 'min' | 'h';
  /** In units. */
  end: number;
  ticks: number[];
}

const steps = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 20, 30, 60, 120, 240];

export function timeAxis(durationMs: number): TimeAxis {
  const [unit, unitMs] =
    durationMs <= 180_000
      ? (['s', 1000] as const)
      : durationMs <= 3 * 3_600_000
        ? (['min', 60_000] as const)
        : (['h', 3_600_000] as const);
  const end = Math.max(durationMs, 1) / unitMs;
  const step = steps.find((candidate) => end / candidate <= 6) ?? end;
  const ticks: number[] = [];
  for (let i = 0; i * step <= end * 1.0001; i++) ticks.push(Number((i * step).toFixed(3)));
  return { unitMs, unit, end, ticks };
}

/** The x encoding of every panel; identical objects merge into one axis. */
export function timeEncoding(axis: TimeAxis): Position {
  return {
    field: 't',
    type: 'quantitative',
    scale: { domain: [0, axis.end], nice: false, zero: false },
    axis: {
      values: axis.ticks,
      // The unit is said once, at the last tick.
      labelExpr: `datum.value === ${axis.ticks.at(-1)} ? datum.value + ' ${axis.unit}' : '' + datum.value`,
    },
  };
}

/** A time clamped to the axis, in its units. */
export function onAxis(axis: TimeAxis, atMs: number): number {
  return Math.min(Math.max(0, atMs / axis.unitMs), axis.end);
}

/** Pixels from the left end of the plot. */
export function pixelOf(axis: TimeAxis, t: number): number {
  return (t / axis.end) * plotWidth;
}
