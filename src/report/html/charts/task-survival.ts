import type { TopLevelSpec } from 'vega-lite';
import type { TaskSurvival } from '../../../measure/index.ts';
import { atRisk, plotHeight } from './survival.ts';
import { colourOf, framed, type Layer, lossColour, type Position, panelPadding, plotWidth } from './theme.ts';
import { onAxis, type TimeAxis, timeEncoding } from './time-axis.ts';

/** The share of tasks that are not lost yet, over their age, and below the axis how many are open at it. */
export function taskSurvivalChart(
  survival: TaskSurvival,
  axis: TimeAxis,
  deploymentIndex: number,
): TopLevelSpec {
  const points = survival.points.map(({ ageMs, ...rest }) => ({ atMs: ageMs, ...rest }));
  // Nothing is known of what is older than the last.
  const rows = points.map(({ atMs, alive }) => ({ t: onAxis(axis, atMs), alive, all: 1 }));
  const x = timeEncoding(axis);
  const y: Position = {
    field: 'alive',
    type: 'quantitative',
    scale: { domain: [0, 1], nice: false },
    axis: { values: [0, 0.25, 0.5, 0.75, 1], labelExpr: "datum.value * 100 + ' %'" },
  };
  const layers: Layer[] = [
    {
      data: { values: rows },
      mark: { type: 'area', interpolate: 'step-after', fill: lossColour, opacity: 0.1 },
      encoding: { x, y, y2: { field: 'all' } },
    },
    {
      data: { values: rows },
      mark: {
        type: 'line',
        interpolate: 'step-after',
        stroke: colourOf(deploymentIndex),
        strokeWidth: 2.4,
        strokeJoin: 'round',
      },
      encoding: { x, y },
    },
    ...atRisk(points, axis, x, 'open'),
  ];
  const padding = { ...panelPadding, top: 10, bottom: panelPadding.bottom + 18 };
  return framed({ width: plotWidth, height: plotHeight, padding }, layers);
}
