import type { TopLevelSpec } from 'vega-lite';
import type { Series } from '../../../measure/index.ts';
import { faultLayers } from './fault-layers.ts';
import { type LogAxis, logEncoding, logPixel } from './log-axis.ts';
import { colourOf, framed, ink, type Layer, type Position, panelPadding, plotWidth } from './theme.ts';
import { thinWindows } from './thin.ts';
import { onAxis, type TimeAxis, timeEncoding } from './time-axis.ts';

const plotHeight = 150;
const labelGap = 13;

/** p50 and p99 of operations that ended ok, from their intended start, on a log axis that all panels share. */
export function latencyChart(
  series: Series,
  scale: { axis: TimeAxis; log: LogAxis; top: number },
  deploymentIndex: number,
): TopLevelSpec {
  const { axis, log } = scale;
  const windows = thinWindows(series.windows);
  const widthMs = (windows[1]?.startMs ?? series.durationMs) - (windows[0]?.startMs ?? 0);
  const rows = windows.map((window) => ({
    t: onAxis(axis, window.startMs + widthMs / 2),
    ms: window.p50Ms,
    high: window.p99Ms,
  }));
  const x = timeEncoding(axis);
  const y = logEncoding(log);
  const colour = colourOf(deploymentIndex);
  const line = (values: object[], strokeWidth: number): Layer => ({
    data: { values },
    mark: { type: 'line', stroke: colour, strokeWidth, strokeJoin: 'round', strokeCap: 'round' },
    encoding: { x, y },
  });
  const p99 = rows.map(({ t, high }) => ({ t, ms: high }));
  return framed({ width: plotWidth, height: plotHeight, padding: { ...panelPadding, top: scale.top } }, [
    ...faultLayers(axis, series.faults, plotHeight),
    {
      data: { values: rows },
      mark: { type: 'area', fill: colour, opacity: 0.16 },
      encoding: { x, y, y2: { field: 'high' } },
    },
    line(p99, 1.2),
    line(rows, 2.4),
    ...endLabels(log, rows, x),
  ]);
}

/** Names the lines at their right ends, apart from each other. */
function endLabels(
  log: LogAxis,
  rows: { t: number; ms: number | null; high: number | null }[],
  x: Position,
): Layer[] {
  const last = rows.findLast((row) => row.ms !== null && row.high !== null);
  if (!last || last.ms === null || last.high === null) return [];
  const y50 = logPixel(log, plotHeight, last.ms);
  const y99 = Math.min(logPixel(log, plotHeight, last.high), y50 - labelGap);
  return [
    { text: 'p99', y: y99 },
    { text: 'p50', y: y50 },
  ].map(({ text, y }) => ({
    data: { values: [{ t: last.t, label: text }] },
    mark: { type: 'text', fill: ink, align: 'left', baseline: 'middle', dx: 6 },
    encoding: { x, y: { value: y }, text: { field: 'label' } },
  }));
}
