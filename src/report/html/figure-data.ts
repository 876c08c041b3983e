import type { Evidence, Series, Turn } from '../../measure/index.ts';
import { plain } from '../findings/index.ts';
import type { ChartRows, Column, FigureData, Row } from './chart-data.ts';
import { lanesOf, type PercentileCurve, thinLoad, thinWindows } from './charts/index.ts';

/** What each figure embeds: its columns, and the rows of each of its charts. */

const time: Column = { name: 'time_s', label: 'time', unit: 's' };
const column = (name: string, label: string, unit: Column['unit']): Column => ({ name, label, unit });

type Shape = Omit<FigureData, 'file' | 'charts'>;

export const shapes = {
  survival: {
    x: time,
    series: null,
    columns: [
      column('alive', 'alive', '%'),
      column('interval_low', '95 % from', '%'),
      column('interval_high', 'to', '%'),
      column('open', 'open', ''),
    ],
  },
  availability: {
    x: time,
    series: null,
    columns: [
      column('first_attempts_ok', 'first attempts ok', '%'),
      column('recovered_ok', 'with recovery', '%'),
      column('intended', 'operations', ''),
    ],
  },
  latency: {
    x: time,
    series: null,
    columns: [column('p50_ms', 'p50', 'ms'), column('p99_ms', 'p99', 'ms')],
  },
  percentiles: {
    x: null,
    series: 'deployment',
    columns: [
      column('percentile', 'percentile', ''),
      column('latency_ms', 'from the intended start', 'ms'),
      column('service_ms', 'from sending', 'ms'),
    ],
  },
  load: { x: time, series: 'replica', columns: [column('requests', 'requests', '')] },
  stories: {
    x: time,
    series: 'client',
    columns: [
      column('what', '', ''),
      column('replica', 'replica', ''),
      column('outcome', '', ''),
      column('took_ms', 'took', 'ms'),
      column('exchange', '', 'link'),
    ],
  },
} as const satisfies Record<string, Shape>;

const seconds = (ms: number) => ms / 1000;

export function survivalRows({ survival }: Series): Row[] {
  return survival.points.map(({ atMs, atRisk, alive, interval }) => [
    seconds(atMs),
    null,
    alive,
    interval?.[0] ?? null,
    interval?.[1] ?? null,
    atRisk,
  ]);
}

export function availabilityRows(series: Series): Row[] {
  return thinWindows(series.windows).map(({ startMs, intended, ok, recovered }) => [
    seconds(startMs),
    null,
    intended > 0 ? ok / intended : null,
    intended > 0 ? recovered / intended : null,
    intended,
  ]);
}

export function latencyRows(series: Series): Row[] {
  return thinWindows(series.windows).map(({ startMs, p50Ms, p99Ms }) => [
    seconds(startMs),
    null,
    p50Ms,
    p99Ms,
  ]);
}

export function percentileRows(curves: PercentileCurve[]): Row[] {
  return curves.flatMap(({ name, points }) =>
    points.map(
      ({ nines, percentile, latencyMs, serviceMs }): Row => [
        nines,
        plain(name),
        percentile,
        latencyMs,
        serviceMs,
      ],
    ),
  );
}

export function loadRows(series: Series, replicas: string[]): Row[] {
  return thinLoad(series.load).flatMap(({ startMs, requests }) =>
    replicas.map((replica): Row => [seconds(startMs), plain(replica), requests[replica] ?? 0]),
  );
}

const turnWords: Record<Turn['what'], string> = {
  opened: 'session opened',
  'not-opened': 'no session could be opened',
  lost: 'session lost',
  'state-missing': 'application state missing',
  closed: 'session closed',
};

/** `anchorOf`: where on the page an exchange is shown, if it is. */
export function storyRows(
  evidence: Evidence,
  anchorOf: (requestId: string) => string | null,
): Pick<ChartRows, 'rows' | 'lanes'> {
  const lanes = lanesOf(evidence);
  const rows = lanes.flatMap(({ client, calls, turns }): Row[] => [
    ...calls.map(
      ([atMs, tookMs, replica, outcome, tool]): Row => [
        seconds(atMs),
        plain(client),
        plain(tool),
        replica && plain(replica),
        outcome,
        outcome === 'not-sent' ? null : tookMs,
        null,
      ],
    ),
    ...turns.map(({ atMs, what, replica, cause, requestId }): Row => {
      const said = cause ? `${turnWords[what]}: ${cause}` : turnWords[what];
      const anchor = requestId === undefined ? null : anchorOf(requestId);
      return [seconds(atMs), plain(client), said, replica && plain(replica), null, null, anchor];
    }),
  ]);
  return { rows, lanes: lanes.map(({ client }) => plain(client)) };
}
