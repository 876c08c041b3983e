import type { Series } from '../../measure/index.ts';
import { type Cell, count, duration, percent, plain, plural } from '../findings/index.ts';
import {
  availabilityChart,
  clientsChart,
  drawChart,
  latencyChart,
  logAxis,
  roomForFaults,
  type TimeAxis,
  timeAxis,
} from './charts/index.ts';
import { compare, figure, panel, panels } from './figure.ts';
import { key } from './icons.ts';
import type { Markup } from './markup.ts';

/** A cell's run that is drawn: its first repeat. */
export interface Drawn {
  cell: Cell;
  series: Series;
}

/** Scales that all panels of a scenario share. */
export interface SharedScale {
  axis: TimeAxis;
  top: number;
}

export function drawnOf(cells: Cell[]): Drawn[] {
  return cells.flatMap((cell) => (cell.runs[0] ? [{ cell, series: cell.runs[0].series }] : []));
}

export function sharedScale(drawn: Drawn[]): SharedScale {
  const axis = timeAxis(Math.max(1, ...drawn.map(({ series }) => series.durationMs)));
  return { axis, top: Math.max(0, ...drawn.map(({ series }) => roomForFaults(axis, series.faults))) };
}

const faultKey: ['fault', string] = ['fault', 'fault, from its begin to its end'];

export async function clientsFigure(drawn: Drawn[], scale: SharedScale): Promise<Markup> {
  const most = Math.max(1, ...drawn.flatMap(({ series }) => series.clients.map((c) => c.intact + c.lost)));
  const lostMax = (series: Series) => Math.max(0, ...series.clients.map((point) => point.lost));
  const list = drawn.map(async ({ cell, series }) => {
    const lost = lostMax(series);
    const all = Math.max(0, ...series.clients.map((point) => point.intact + point.lost));
    const finding = lost === 0 ? 'none lost anything' : `${count(lost)} of ${count(all)} lost something`;
    const label = `Clients over time on ${plain(cell.deployment.name)}: ${finding}, of ${plural(all, 'client')} at once.${faultWords(series)}`;
    const spec = clientsChart(series, { ...scale, clientsMax: most }, cell.deployment.index);
    return panel(
      cell.deployment,
      series.clients.length === 0 ? '' : finding,
      series.clients.length === 0 ? undefined : await drawChart(spec, label),
    );
  });
  return figure({
    title: `Clients that lost something, at most: ${compare(
      drawn.filter(({ series }) => series.clients.length > 0).map(({ cell }) => cell),
      (cell) => (cell.runs[0] ? lostMax(cell.runs[0].series) : null),
      (n) => (n === 0 ? 'none' : count(n)),
    )}`,
    note: 'Clients that have arrived and not left: those that still have their session and their state, and on top of them those that lost either. They leave when their journey is done.',
    key: key([['area', 'everything intact'], ['lost', 'lost their session or state'], faultKey]),
    body: panels(await Promise.all(list)),
  });
}

export async function availabilityFigure(drawn: Drawn[], scale: SharedScale): Promise<Markup> {
  const list = drawn.map(async ({ cell, series }) => {
    const availability = cell.runs[0]?.metrics.availability;
    const raw = availability?.value ?? null;
    const recovered = availability?.recovered.value ?? null;
    const finding =
      raw === null || recovered === null ? '' : `${percent(raw)}, with recovery ${percent(recovered)}`;
    const label = `Availability over time on ${plain(cell.deployment.name)}: ${finding} over the whole run.${faultWords(series)}`;
    const chart = await drawChart(availabilityChart(series, scale, cell.deployment.index), label);
    return panel(cell.deployment, finding, raw === null ? undefined : chart);
  });
  return figure({
    title: `First attempts that were ok: ${compare(
      drawn.map(({ cell }) => cell),
      (cell) => cell.runs[0]?.metrics.availability.value ?? null,
      percent,
    )}`,
    note: 'Share of the operations intended in each window that were ok within their deadline; those never sent count against it.',
    key: key([['line', 'first attempts alone'], ['dotted', "after the client's own recovery"], faultKey]),
    body: panels(await Promise.all(list)),
  });
}

export async function latencyFigure(drawn: Drawn[], scale: SharedScale): Promise<Markup> {
  const times = drawn.flatMap(({ series }) =>
    series.windows.flatMap((window) => [window.p50Ms, window.p99Ms].filter((ms) => ms !== null)),
  );
  const log = logAxis(times);
  const worstOf = (series: Series) =>
    series.windows.reduce<number | null>(
      (most, { p99Ms }) => (p99Ms === null ? most : Math.max(most ?? 0, p99Ms)),
      null,
    );
  const list = drawn.map(async ({ cell, series }) => {
    const worst = worstOf(series);
    if (worst === null || !log) return panel(cell.deployment, '', undefined);
    const finding = `p99 up to ${duration(worst)}`;
    const label = `Latency over time on ${plain(cell.deployment.name)}, logarithmic: ${finding} in its worst window.${faultWords(series)}`;
    const spec = latencyChart(series, { ...scale, log }, cell.deployment.index);
    return panel(cell.deployment, finding, await drawChart(spec, label));
  });
  return figure({
    title: `p99 latency in the worst window: ${compare(
      drawn.map(({ cell }) => cell),
      (cell) => (cell.runs[0] ? worstOf(cell.runs[0].series) : null),
      duration,
    )}`,
    note: 'From the intended start to the answer, of operations that ended ok, by the window they were intended in. Logarithmic scale.',
    key: key([['line', 'p50'], ['thin', 'p99'], faultKey]),
    body: panels(await Promise.all(list)),
  });
}

function faultWords({ faults }: Series): string {
  const words = faults.slice(0, 5).map((fault) => {
    const end = fault.endMs === null ? 'without end' : `to ${duration(fault.endMs)}`;
    return `${plain(fault.name)} from ${duration(fault.startMs)} ${end}`;
  });
  return words.length === 0 ? '' : ` Faults: ${words.join('; ')}.`;
}
