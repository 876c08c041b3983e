import type { TopLevelSpec } from 'vega-lite';
import type { Series } from '../../../measure/index.ts';
import { faultLayers } from './fault-layers.ts';
import { labelSpot } from './label-spot.ts';
import { colourOf, framed, ink, type Layer, type Position, panelPadding, plotWidth } from './theme.ts';
import { thinWindows } from './thin.ts';
import { onAxis, type TimeAxis, timeEncoding } from './time-axis.ts';

const plotHeight = 132;

/** The share of intended operations that were ok, by the window they were intended in; from 0 to 100 %. */
export function availabilityChart(
  series: Series,
  scale: { axis: TimeAxis; top: number },
  deploymentIndex: number,
): TopLevelSpec {
  const { axis } = scale;
  const windows = thinWindows(series.windows);
  const widthMs = (windows[1]?.startMs ?? series.durationMs) - (windows[0]?.startMs ?? 0);
  const rows = windows.map((window) => ({
    t: onAxis(axis, window.startMs + widthMs / 2),
    low: window.intended > 0 ? window.ok / window.intended : null,
    high: window.intended > 0 ? window.recovered / window.intended : null,
  }));
  const x = timeEncoding(axis);
  const y: Position = {
    field: 'low',
    type: 'quantitative',
    scale: { domain: [0, 1], nice: false },
    axis: { values: [0, 0.25, 0.5, 0.75, 1], labelExpr: "datum.value * 100 + ' %'" },
  };
  const colour = colourOf(deploymentIndex);
  const line = (values: object[], strokeWidth: number, strokeDash: number[]): Layer => ({
    data: { values },
    mark: { type: 'line', stroke: colour, strokeWidth, strokeDash, strokeJoin: 'round', strokeCap: 'round' },
    encoding: { x, y },
  });
  return framed({ width: plotWidth, height: plotHeight, padding: { ...panelPadding, top: scale.top } }, [
    ...faultLayers(axis, series.faults, plotHeight),
    {
      data: { values: rows },
      mark: { type: 'area', fill: colour, opacity: 0.14 },
      encoding: { x, y, y2: { field: 'high' } },
    },
    line(
      rows.map(({ t, high }) => ({ t, low: high })),
      1.5,
      [1, 4],
    ),
    line(rows, 2.2, []),
    ...gapLabels(axis, rows, x, y),
  ]);
}

/** Names the two lines where the gap between them has room for it. */
function gapLabels(
  axis: TimeAxis,
  rows: { t: number; low: number | null; high: number | null }[],
  x: Position,
  y: Position,
): Layer[] {
  const band = rows.map(({ t, low, high }) => ({ t, low: low ?? 0, high: high ?? 0 }));
  const spot = labelSpot(axis, band, 20 / plotHeight, 'first attempt');
  if (!spot) return [];
  const label = (value: number, text: string, baseline: 'top' | 'bottom', dy: number): Layer => ({
    data: { values: [{ t: spot.t, low: value, label: text }] },
    mark: { type: 'text', fill: ink, baseline, dy },
    encoding: { x, y, text: { field: 'label' } },
  });
  return [label(spot.highest, 'with recovery', 'bottom', -6), label(spot.lowest, 'first attempt', 'top', 7)];
}
