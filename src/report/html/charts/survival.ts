import type { TopLevelSpec } from 'vega-lite';
import type { Series } from '../../../measure/index.ts';
import { count } from '../../findings/index.ts';
import { faultLayers } from './fault-layers.ts';
import {
  colourOf,
  framed,
  inkSoft,
  type Layer,
  lossColour,
  type Position,
  panelPadding,
  plotWidth,
  textWidth,
} from './theme.ts';
import { onAxis, pixelOf, type TimeAxis, timeEncoding } from './time-axis.ts';

export const plotHeight = 140;
/** Below the ticks, where the number at risk stands. */
const riskRow = plotHeight + 34;

/** The share of sessions that are still alive, with its interval, and below the axis how many are open. */
export function survivalChart(
  series: Series,
  scale: { axis: TimeAxis; top: number },
  deploymentIndex: number,
): TopLevelSpec {
  const { axis } = scale;
  const rows = rowsOf(series, axis);
  const x = timeEncoding(axis);
  const y: Position = {
    field: 'low',
    type: 'quantitative',
    scale: { domain: [0, 1], nice: false },
    axis: { values: [0, 0.25, 0.5, 0.75, 1], labelExpr: "datum.value * 100 + ' %'" },
  };
  const colour = colourOf(deploymentIndex);
  const area = (values: object[], fill: string, opacity: number): Layer => ({
    data: { values },
    mark: { type: 'area', interpolate: 'step-after', fill, opacity },
    encoding: { x, y, y2: { field: 'high' } },
  });
  const padding = { ...panelPadding, top: scale.top, bottom: panelPadding.bottom + 18 };
  return framed({ width: plotWidth, height: plotHeight, padding }, [
    ...faultLayers(axis, series.faults, plotHeight),
    area(
      rows.map(({ t, alive }) => ({ t, low: alive, high: 1 })),
      lossColour,
      0.1,
    ),
    area(
      rows.map(({ t, low, high }) => ({ t, low, high })),
      colour,
      0.24,
    ),
    {
      data: { values: rows.map(({ t, alive }) => ({ t, low: alive })) },
      mark: {
        type: 'line',
        interpolate: 'step-after',
        stroke: colour,
        strokeWidth: 2.4,
        strokeJoin: 'round',
      },
      encoding: { x, y },
    },
    ...atRisk(series.survival.points, axis, x, 'open'),
  ]);
}

interface Row {
  t: number;
  alive: number | null;
  low: number | null;
  high: number | null;
}

function rowsOf(series: Series, axis: TimeAxis): Row[] {
  const rows = series.survival.points
    .filter((point) => point.atMs <= series.durationMs)
    .map(({ atMs, alive, interval }) => ({
      t: onAxis(axis, atMs),
      alive,
      low: interval?.[0] ?? alive,
      high: interval?.[1] ?? alive,
    }));
  const last = rows.at(-1);
  return last ? [...seen(rows, axis), { ...last, t: axis.end }] : [];
}

/** The rows that change the curve, and of those within half a pixel the last. */
function seen(rows: Row[], axis: TimeAxis): Row[] {
  const changes = rows.filter((row, i) => {
    const before = rows[i - 1];
    return row.alive !== before?.alive || row.low !== before.low || row.high !== before.high;
  });
  const pixel = (row: Row) => Math.floor(pixelOf(axis, row.t) * 2);
  return changes.filter((row, i) => {
    const next = changes[i + 1];
    return i === 0 || next === undefined || pixel(next) > pixel(row);
  });
}

/** How many were open at each tick: the fewer, the less the curve means. */
export function atRisk(
  points: readonly { atMs: number; atRisk: number }[],
  axis: TimeAxis,
  x: Position,
  word: string,
): Layer[] {
  if (points.length === 0) return [];
  let end = Number.NEGATIVE_INFINITY;
  const labels = axis.ticks.flatMap((t) => {
    const point = points.findLast(({ atMs }) => atMs <= t * axis.unitMs);
    const label = count(point?.atRisk ?? 0);
    const half = textWidth(label) / 2;
    if (pixelOf(axis, t) - half < end + 4) return [];
    end = pixelOf(axis, t) + half;
    return [{ t, label }];
  });
  return [
    {
      data: { values: labels },
      mark: { type: 'text', fill: inkSoft, baseline: 'middle', align: 'center' },
      encoding: { x, y: { value: riskRow }, text: { field: 'label' } },
    },
    {
      data: { values: [{ label: word }] },
      mark: { type: 'text', fill: inkSoft, baseline: 'middle', align: 'right', dx: -12 },
      encoding: { x: { value: 0 }, y: { value: riskRow }, text: { field: 'label' } },
    },
  ];
}
