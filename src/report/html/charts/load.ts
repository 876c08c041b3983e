import type { TopLevelSpec } from 'vega-lite';
import type { Series } from '../../../measure/index.ts';
import { plain } from '../../findings/index.ts';
import { faultLayers } from './fault-layers.ts';
import { colourOf, framed, grid, inkSoft, type Position, panelPadding, plotWidth } from './theme.ts';
import { thinLoad } from './thin.ts';
import { onAxis, type TimeAxis, timeEncoding } from './time-axis.ts';

const laneHeight = 34;
/** Of a lane; the rest keeps neighbours apart. */
const fill = 0.86;
export const lanesMax = 12;

/** All replicas that got a request, in natural order of their names. */
export function replicasOf(series: Series): string[] {
  const names = new Set(series.load.flatMap((window) => Object.keys(window.requests)));
  return [...names].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** The end of a name is what tells replicas apart. */
function shortName(name: string): string {
  const characters = [...name];
  return characters.length <= 7 ? name : `…${characters.slice(-6).join('')}`;
}

/** The busiest window of any replica, in requests per second. */
export function loadMaxPerSecond(series: Series): number {
  const load = thinLoad(series.load);
  const most = Math.max(0, ...load.flatMap((window) => Object.values(window.requests)));
  return most / (stepMsOf(load, series) / 1000);
}

/** Requests per replica over time: one lane per replica, all lanes of all panels on one scale. */
export function loadChart(
  series: Series,
  scale: { axis: TimeAxis; perSecondMax: number; top: number },
  deploymentIndex: number,
): TopLevelSpec {
  const { axis } = scale;
  const replicas = replicasOf(series).slice(0, lanesMax);
  const plotHeight = replicas.length * laneHeight;
  const load = thinLoad(series.load);
  const stepMs = stepMsOf(load, series);
  const most = Math.max(1e-9, scale.perSecondMax * (stepMs / 1000));
  const values = replicas.flatMap((replica, lane) => {
    const base = replicas.length - 1 - lane;
    const rows = load.map((window) => ({
      t: onAxis(axis, window.startMs),
      lane,
      low: base,
      high: base + fill * Math.min(1, (window.requests[replica] ?? 0) / most),
    }));
    const last = rows.at(-1);
    return last ? [...rows, { ...last, t: onAxis(axis, (load.at(-1)?.startMs ?? 0) + stepMs) }] : rows;
  });
  const x = timeEncoding(axis);
  const y: Position = {
    field: 'low',
    type: 'quantitative',
    scale: { domain: [0, replicas.length], nice: false },
    axis: null,
  };
  return framed({ width: plotWidth, height: plotHeight, padding: { ...panelPadding, top: scale.top } }, [
    ...faultLayers(axis, series.faults, plotHeight),
    {
      data: { values },
      mark: { type: 'area', interpolate: 'step-after', fill: colourOf(deploymentIndex), opacity: 0.62 },
      encoding: { x, y, y2: { field: 'high' }, detail: { field: 'lane', type: 'nominal' } },
    },
    {
      data: { values: replicas.map((_, lane) => ({ low: lane })) },
      mark: { type: 'rule', stroke: grid },
      encoding: { x: { value: 0 }, x2: { value: plotWidth }, y },
    },
    {
      data: {
        values: replicas.map((replica, lane) => ({
          low: replicas.length - 1 - lane + fill / 2 - 0.1,
          label: shortName(plain(replica)),
        })),
      },
      mark: { type: 'text', align: 'right', baseline: 'middle', dx: -8, fill: inkSoft },
      encoding: { x: { value: 0 }, y, text: { field: 'label' } },
    },
  ]);
}

function stepMsOf(load: Series['load'], series: Series): number {
  const [first, second] = load;
  return first && second ? second.startMs - first.startMs : Math.max(1, series.windowMs);
}
