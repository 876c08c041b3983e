import type { TopLevelSpec } from 'vega-lite';
import type { Evidence, Series } from '../../../measure/index.ts';
import { plain } from '../../findings/index.ts';
import { faultLayers } from './fault-layers.ts';
import { lanesOf, letterOf, livesIn, markCalls, markLosses } from './story-lanes.ts';
import {
  framed,
  grid,
  ink,
  inkSoft,
  type Layer,
  lossColour,
  type Position,
  panelPadding,
  paper,
  plotWidth,
} from './theme.ts';
import { type TimeAxis, timeEncoding } from './time-axis.ts';

export const laneHeight = 18;

/** Told apart from the colours of the first deployments; the letter tells it without colour. */
const replicaColours = ['var(--d4)', 'var(--d3)', 'var(--d5)', 'var(--d7)', 'var(--d6)', 'var(--d0)'];

/** One lane per client: where each call was sent, when its session was lost, and to what. */
export function storiesChart(
  evidence: Evidence,
  series: Series,
  scale: { axis: TimeAxis; top: number; lanes: number; replicas: string[] },
): TopLevelSpec {
  const { axis, replicas } = scale;
  const plotHeight = scale.lanes * laneHeight;
  const lanes = lanesOf(evidence);
  const calls = lanes.flatMap((story, lane) => markCalls(story, lane, axis, letterOf(replicas)));
  const losses = lanes.flatMap((story, lane) => markLosses(story, lane, axis));
  const x = timeEncoding(axis);
  const y: Position = {
    field: 'lane',
    type: 'quantitative',
    scale: { domain: [0, scale.lanes], nice: false, reverse: true },
    axis: null,
  };
  const colours = new Map([
    ['', inkSoft],
    ...replicas.map((name, i) => [name, replicaColours[i % replicaColours.length] ?? ink] as const),
  ]);
  const text = { field: 'label' };
  const letter = { type: 'text', fontWeight: 'bold', baseline: 'middle', align: 'center', dy: 0.5 } as const;
  const drawn = (values: object[], layer: { mark: object; encoding: object }): Layer[] =>
    values.length === 0 ? [] : [{ data: { values }, ...layer } as Layer];
  const point = (values: object[], mark: object) =>
    drawn(values, { mark: { type: 'point', opacity: 1, ...mark }, encoding: { x, y } });
  const first = losses.filter((loss) => loss.first);
  return framed({ width: plotWidth, height: plotHeight, padding: { ...panelPadding, top: scale.top } }, [
    ...faultLayers(axis, series.faults, plotHeight),
    ...drawn(
      lanes.flatMap((story, lane) => livesIn(story, lane, axis)),
      {
        mark: { type: 'rule', stroke: grid, strokeWidth: 1 },
        encoding: { x, x2: { field: 'end' }, y },
      },
    ),
    ...drawn(
      lanes.map(({ client }, lane) => ({ lane: lane + 0.5, label: laneName(client) })),
      {
        mark: { type: 'text', align: 'right', baseline: 'middle', dx: -8, fill: inkSoft },
        encoding: { x: { value: 0 }, y, text },
      },
    ),
    ...point(
      losses.filter((loss) => !loss.first),
      { shape: 'square', size: 14, filled: true, color: lossColour },
    ),
    ...point(
      calls.filter((call) => call.failed),
      { shape: 'circle', size: 150, stroke: lossColour, strokeWidth: 1.4, fill: paper },
    ),
    // A layer for each replica: what its marks have in common is then written once.
    ...[...colours].flatMap(([replica, color]) => {
      const own = calls.filter((call) => call.replica === replica);
      return [
        ...point(
          own.filter((call) => call.label === ''),
          { shape: 'circle', size: 10, filled: true, color },
        ),
        ...drawn(
          own.filter((call) => call.label !== ''),
          { mark: { ...letter, fill: color }, encoding: { x, y, text } },
        ),
      ];
    }),
    ...point(first, { shape: 'square', size: 210, filled: true, color: lossColour }),
    ...drawn(first, { mark: { ...letter, fill: paper }, encoding: { x, y, text } }),
  ]);
}

/** The end of a name is what tells clients apart. */
function laneName(client: string): string {
  const characters = [...plain(client)];
  return characters.length <= 7 ? characters.join('') : `…${characters.slice(-6).join('')}`;
}
