import { duration } from '../../findings/index.ts';
import type { Position } from './theme.ts';

/** A logarithmic axis of milliseconds. Its ends are 1, 2 or 5 times a power of ten, and it is labelled as it is. */
export interface LogAxis {
  low: number;
  high: number;
  ticks: number[];
}

/** Over all values that share the axis; undefined when none is above 0. */
export function logAxis(values: number[]): LogAxis | undefined {
  const positive = values.filter((value) => value > 0 && Number.isFinite(value));
  if (positive.length === 0) return undefined;
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (const value of positive) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const low = niceBelow(least);
  const high = Math.max(niceAbove(most), low * 10);
  const decades = Math.log10(high / low);
  const multiples = decades <= 1.6 ? [1, 2, 5] : [1];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (const multiple of multiples) {
      const tick = Number((multiple * 10 ** power).toPrecision(2));
      if (tick >= low * 0.999 && tick <= high * 1.001) ticks.push(tick);
    }
  }
  // Both ends are labelled, too, where that is not too close to another label.
  for (const end of [low, high]) {
    if (ticks.every((tick) => Math.abs(Math.log10(tick / end)) > decades / 9)) ticks.push(end);
  }
  return { low, high, ticks: ticks.sort((a, b) => a - b) };
}

function niceBelow(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  const multiple = [5, 2, 1].find((candidate) => candidate * decade <= value * 1.0001) ?? 1;
  return multiple * decade;
}

function niceAbove(value: number): number {
  const decade = 10 ** Math.floor(Math.log10(value));
  const multiple = [1, 2, 5, 10].find((candidate) => candidate * decade >= value * 0.9999) ?? 10;
  return multiple * decade;
}

/** The y encoding of a field of milliseconds; identical objects merge into one axis. */
export function logEncoding(axis: LogAxis): Position {
  const labels = Object.fromEntries(axis.ticks.map((tick) => [String(tick), duration(tick)]));
  return {
    field: 'ms',
    type: 'quantitative',
    scale: { type: 'log', domain: [axis.low, axis.high], nice: false },
    axis: { values: axis.ticks, labelExpr: `${JSON.stringify(labels)}['' + datum.value]` },
  };
}

/** Pixels from the top of a plot. */
export function logPixel(axis: LogAxis, height: number, ms: number): number {
  return height * (1 - Math.log(ms / axis.low) / Math.log(axis.high / axis.low));
}
