import { plotWidth, textWidth } from './theme.ts';
import { pixelOf, type TimeAxis } from './time-axis.ts';

/** A band of a chart between two lines, over time. */
export interface BandPoint {
  t: number;
  low: number;
  high: number;
}

export interface LabelSpot {
  t: number;
  /** Between these, the band is free under the whole label. */
  low: number;
  high: number;
  /** Beyond these, the label is clear of both lines. */
  lowest: number;
  highest: number;
}

/**
 * The middle of the longest stretch in which a band is thick enough to write in, or undefined where no
 * stretch has room for the label.
 */
export function labelSpot(
  axis: TimeAxis,
  band: BandPoint[],
  thickMin: number,
  label: string,
): LabelSpot | undefined {
  let best: { from: number; to: number; points: BandPoint[] } | undefined;
  let from: number | undefined;
  let points: BandPoint[] = [];
  const close = (to: number) => {
    if (from !== undefined && (!best || to - from > best.to - best.from)) best = { from, to, points };
    from = undefined;
    points = [];
  };
  for (const point of band) {
    if (point.high - point.low < thickMin) {
      close(point.t);
      continue;
    }
    from ??= point.t;
    points.push(point);
  }
  close(axis.end);
  if (!best || pixelOf(axis, best.to - best.from) < textWidth(label) + 8) return undefined;
  const half = ((textWidth(label) / plotWidth) * axis.end) / 2;
  const t = Math.min((best.from + best.to) / 2, axis.end - half);
  // The narrowest part under the label, so that no line runs through it.
  const under = best.points.filter((point) => Math.abs(point.t - t) <= half * 1.3);
  const here = under.length > 0 ? under : [best.points.findLast((p) => p.t <= t) ?? best.points[0]];
  const low = Math.max(...here.map((point) => point?.low ?? 0));
  const high = Math.min(...here.map((point) => point?.high ?? 0));
  if (high - low < thickMin * 0.7) return undefined;
  const lowest = Math.min(...here.map((point) => point?.low ?? 0));
  const highest = Math.max(...here.map((point) => point?.high ?? 0));
  return { t, low, high, lowest, highest };
}
