import type { TopLevelSpec } from 'vega-lite';
import type { Series } from '../../../measure/index.ts';
import { plain, truncate } from '../../findings/index.ts';
import { type LogAxis, logEncoding, logPixel } from './log-axis.ts';
import {
  colourOf,
  type Frame,
  fontSize,
  framed,
  grid,
  type Layer,
  type Position,
  textWidth,
} from './theme.ts';

export interface PercentileCurve {
  name: string;
  deploymentIndex: number;
  points: { nines: number; percentile: number; latencyMs: number; serviceMs: number }[];
}

/** With labels at the lines' ends, or without where there is no room for them. */
export type PercentileLayout = 'wide' | 'narrow';

const ticks = [
  { nines: 0, label: '0 %' },
  { nines: -Math.log10(0.5), label: '50 %' },
  { nines: 1, label: '90 %' },
  { nines: 2, label: '99 %' },
  { nines: 3, label: '99.9 %' },
  { nines: 4, label: '99.99 %' },
  { nines: 5, label: '99.999 %' },
];
const labelGap = 15;
const nameCharactersMax = 28;

/**
 * The curve of a run, over the number of nines: equal steps from 90 to 99 and to 99.9 %. It ends at the
 * slowest operation; percentiles beyond what so few operations can tell are left out.
 */
export function curveOf(series: Series, count: number): PercentileCurve['points'] {
  if (count === 0) return [];
  const last = Math.min(5, Math.log10(count));
  return series.percentiles
    .filter((point) => point.latencyMs > 0 && point.serviceMs > 0)
    .map((point) => ({
      ...point,
      nines: point.percentile >= 100 ? last : -Math.log10(1 - point.percentile / 100),
    }))
    .filter((point) => point.nines <= last)
    .map(({ nines, percentile, latencyMs, serviceMs }) => ({ nines, percentile, latencyMs, serviceMs }));
}

/** Latency percentiles compared: solid from the intended start, dashed from sending; both axes logarithmic. */
export function percentilesChart(
  curves: PercentileCurve[],
  log: LogAxis,
  layout: PercentileLayout,
): TopLevelSpec {
  const labels = labelsOf(curves);
  const frame = frameOf(curves, layout);
  const high = ninesMax(curves);
  const shown = ticks.filter((tick) => tick.nines <= high + 1e-9);
  const texts = Object.fromEntries(shown.map((tick) => [tick.nines.toFixed(2), tick.label]));
  const x: Position = {
    field: 'nines',
    type: 'quantitative',
    scale: { domain: [0, high], nice: false },
    axis: {
      values: shown.map((tick) => tick.nines),
      labelExpr: `${JSON.stringify(texts)}[format(datum.value, '.2f')]`,
      grid: true,
      gridColor: grid,
      labelFlush: false,
    },
  };
  const y = logEncoding(log);
  const line = (curve: PercentileCurve, key: 'latencyMs' | 'serviceMs'): Layer => ({
    data: { values: curve.points.map((point) => ({ nines: point.nines, ms: point[key] })) },
    mark: {
      type: 'line',
      stroke: colourOf(curve.deploymentIndex),
      strokeWidth: key === 'latencyMs' ? 2.4 : 1.4,
      strokeDash: key === 'latencyMs' ? [] : [4, 3],
      strokeJoin: 'round',
    },
    encoding: { x, y },
  });
  return framed(frame, [
    ...curves.map((curve) => line(curve, 'serviceMs')),
    ...curves.map((curve) => line(curve, 'latencyMs')),
    ...(layout === 'wide' ? endLabels(curves, labels, log, frame) : []),
  ]);
}

function labelsOf(curves: PercentileCurve[]): string[] {
  return curves.map((curve) => truncate(plain(curve.name), nameCharactersMax));
}

function frameOf(curves: PercentileCurve[], layout: PercentileLayout): Frame {
  const right = layout === 'wide' ? 12 + Math.max(...labelsOf(curves).map(textWidth)) : 16;
  return {
    width: layout === 'wide' ? 860 - 56 - right : 380 - 48 - right,
    height: layout === 'wide' ? Math.max(280, curves.length * labelGap) : 240,
    padding: { left: layout === 'wide' ? 56 : 48, right, top: 10, bottom: 26 },
  };
}

function ninesMax(curves: PercentileCurve[]): number {
  return Math.max(1, ...curves.flatMap((curve) => curve.points.map((point) => point.nines)));
}

/** Where the plot stands in the drawing, and what its ends are, in nines. */
export function percentilesPlot(curves: PercentileCurve[], layout: PercentileLayout) {
  const { width, padding } = frameOf(curves, layout);
  return { left: padding.left, width, low: 0, high: ninesMax(curves) };
}

/** Names at the ends of the solid lines, moved apart where they would overlap. */
function endLabels(
  curves: PercentileCurve[],
  labels: string[],
  log: LogAxis,
  { width, height }: { width: number; height: number },
): Layer[] {
  const ends = curves.flatMap((curve, i) => {
    const last = curve.points.at(-1);
    return last ? [{ curve, label: labels[i] ?? '', last, y: logPixel(log, height, last.latencyMs) }] : [];
  });
  const ys = spread(
    ends.map((end) => end.y),
    height,
  );
  return ends.map(({ curve, label }, i) => ({
    data: { values: [{ label }] },
    mark: {
      type: 'text',
      align: 'left',
      baseline: 'middle',
      dx: 8,
      fontSize,
      fontWeight: 'bold',
      fill: colourOf(curve.deploymentIndex),
    },
    encoding: { x: { value: width }, y: { value: ys[i] ?? 0 }, text: { field: 'label' } },
  }));
}

/** Moves positions apart to `labelGap`, in order, and keeps them inside. */
export function spread(positions: number[], height: number): number[] {
  const order = positions.map((y, i) => ({ y, i })).sort((a, b) => a.y - b.y || a.i - b.i);
  let previous = Number.NEGATIVE_INFINITY;
  for (const item of order) {
    item.y = Math.max(item.y, previous + labelGap, 4);
    previous = item.y;
  }
  let next = height + labelGap - 2;
  for (const item of [...order].reverse()) {
    item.y = Math.min(item.y, next - labelGap);
    next = item.y;
  }
  const result: number[] = [];
  for (const { y, i } of order) result[i] = y;
  return result;
}
