import type { TopLevelSpec } from 'vega-lite';
import type { Series } from '../../../measure/index.ts';
import { faultLayers } from './fault-layers.ts';
import { labelSpot } from './label-spot.ts';
import {
  colourOf,
  framed,
  ink,
  type Layer,
  lossColour,
  type Position,
  panelPadding,
  plotWidth,
} from './theme.ts';
import { thinClients } from './thin.ts';
import { onAxis, type TimeAxis, timeEncoding } from './time-axis.ts';

const plotHeight = 132;

/** Clients over time: those with everything intact, and on top of them those that lost something. */
export function clientsChart(
  series: Series,
  scale: { axis: TimeAxis; clientsMax: number; top: number },
  deploymentIndex: number,
): TopLevelSpec {
  const { axis } = scale;
  const rows = rowsOf(series, axis);
  const step = tickStep(scale.clientsMax);
  const high = Math.max(step, Math.ceil(scale.clientsMax / step) * step);
  const x = timeEncoding(axis);
  const y: Position = {
    field: 'low',
    type: 'quantitative',
    scale: { domain: [0, high], nice: false },
    axis: { values: Array.from({ length: Math.round(high / step) + 1 }, (_, i) => i * step) },
  };
  const colour = colourOf(deploymentIndex);
  const area = (values: object[], fill: string, opacity: number): Layer => ({
    data: { values },
    mark: { type: 'area', interpolate: 'step-after', fill, opacity },
    encoding: { x, y, y2: { field: 'high' } },
  });
  const intact = rows.map(({ t, intact }) => ({ t, low: 0, high: intact }));
  const lost = rows.map(({ t, intact, total }) => ({ t, low: intact, high: total }));
  return framed({ width: plotWidth, height: plotHeight, padding: { ...panelPadding, top: scale.top } }, [
    ...faultLayers(axis, series.faults, plotHeight),
    area(intact, colour, 0.3),
    area(lost, lossColour, 0.2),
    {
      data: { values: rows.map(({ t, intact }) => ({ t, low: intact })) },
      mark: {
        type: 'line',
        interpolate: 'step-after',
        stroke: colour,
        strokeWidth: 2.2,
        strokeJoin: 'round',
      },
      encoding: { x, y },
    },
    ...[
      { band: intact, label: 'intact' },
      { band: lost, label: 'lost something' },
    ].flatMap(({ band, label }): Layer[] => {
      const spot = labelSpot(axis, band, (high * 22) / plotHeight, label);
      if (!spot) return [];
      return [
        {
          data: { values: [{ t: spot.t, low: (spot.low + spot.high) / 2, label }] },
          mark: { type: 'text', fill: ink, baseline: 'middle', fontWeight: 'bold' },
          encoding: { x, y, text: { field: 'label' } },
        },
      ];
    }),
  ]);
}

/** Counts at each change, from the begin to the end of the axis. */
function rowsOf(series: Series, axis: TimeAxis): { t: number; intact: number; total: number }[] {
  const within = series.clients.filter((point) => point.atMs <= series.durationMs);
  const rows = thinClients(within, series.durationMs).map(({ atMs, intact, lost }) => ({
    t: onAxis(axis, atMs),
    intact,
    total: intact + lost,
  }));
  const last = rows.at(-1);
  return [{ t: 0, intact: 0, total: 0 }, ...rows, ...(last ? [{ ...last, t: axis.end }] : [])];
}

/** At most four steps of 1, 2 or 5 times a power of ten. */
function tickStep(most: number): number {
  const decade = 10 ** Math.floor(Math.log10(Math.max(1, most / 4)));
  return [1, 2, 5, 10].map((multiple) => multiple * decade).find((step) => most / step <= 4) ?? 10 * decade;
}
