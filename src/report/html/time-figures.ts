import { type Evidence, type Series, spreadOver } from '../../measure/index.ts';
import { type Cell, count, duration, intervalText, percent, plain } from '../findings/index.ts';
import type { FigureData, Plot, Row } from './chart-data.ts';
import {
  availabilityChart,
  drawChart,
  latencyChart,
  logAxis,
  panelPadding,
  plotWidth,
  roomForFaults,
  survivalChart,
  type TimeAxis,
  timeAxis,
} from './charts/index.ts';
import { compare, figure, panel, panels, plotted } from './figure.ts';
import { availabilityRows, latencyRows, shapes, survivalRows } from './figure-data.ts';
import { key } from './icons.ts';
import type { Markup } from './markup.ts';

/** Of all charts over time. */
export function plotOf(axis: TimeAxis): Plot {
  return { left: panelPadding.left, width: plotWidth, low: 0, high: (axis.end * axis.unitMs) / 1000 };
}

export function dataOf(
  drawn: Drawn[],
  shape: keyof typeof shapes,
  name: string,
  rowsOf: (series: Series) => Row[],
): FigureData {
  return {
    file: fileName(drawn, name),
    ...shapes[shape],
    charts: drawn.map(({ cell, series }) => ({ of: plain(cell.deployment.name), rows: rowsOf(series) })),
  } as FigureData;
}

/** e.g. `rolling-restart-availability`. */
export function fileName(drawn: Drawn[], name: string): string {
  const scenario = (drawn[0]?.cell.scenario ?? '').toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return `${scenario.replace(/^-|-$/g, '').slice(0, 60) || 'scenario'}-${name}`;
}

/** A cell's run that is drawn: its first repeat. */
export interface Drawn {
  cell: Cell;
  series: Series;
  /** With no more clients than the page has room for; every fate is among them. */
  evidence: Evidence;
}

/** Scales that all panels of a scenario share. */
export interface SharedScale {
  axis: TimeAxis;
  top: number;
}

export function drawnOf(cells: Cell[], storiesMax: number): Drawn[] {
  return cells.flatMap((cell) => {
    const [run] = cell.runs;
    if (!run) return [];
    const stories = spreadOver(run.evidence.stories, (story) => story.fate, storiesMax);
    return [{ cell, series: run.series, evidence: { ...run.evidence, stories } }];
  });
}

export function sharedScale(drawn: Drawn[]): SharedScale {
  const axis = timeAxis(Math.max(1, ...drawn.map(({ series }) => series.durationMs)));
  return { axis, top: Math.max(0, ...drawn.map(({ series }) => roomForFaults(axis, series.faults))) };
}

export const faultKey: ['fault', string] = ['fault', 'fault, from its begin to its end'];

export async function survivalFigure(drawn: Drawn[], scale: SharedScale): Promise<Markup> {
  const list = drawn.map(async ({ cell, series }, i) => {
    const { watched, lost, points, of } = series.survival;
    const things = of === 'session' ? 'sessions' : 'journeys with state';
    const finding = `${count(lost)} of ${count(watched)} ${things} lost${doubtOf(series)}`;
    if (watched === 0) return panel(cell.deployment, '', undefined);
    const end = points.at(-1);
    const interval = end?.interval ? `, 95 % interval ${intervalText(end.interval)}` : '';
    const label = `Share of ${things} still alive over time on ${plain(cell.deployment.name)}: ${finding}; at the end ${percent(end?.alive ?? 1)} alive${interval}.${faultWords(series)}`;
    const chart = await drawChart(survivalChart(series, scale, cell.deployment.index), label);
    return panel(cell.deployment, finding, plotted(chart, i, plotOf(scale.axis)));
  });
  return figure({
    title: `Lost by the end: ${compare(
      drawn.filter(({ series }) => series.survival.watched > 0).map(({ cell }) => cell),
      (cell) => cell.runs[0]?.series.survival.lost ?? null,
      (n) => (n === 0 ? 'none' : count(n)),
    )}`,
    note: 'Kaplan-Meier estimate of the share of sessions that were still alive, with its 95 % interval (log-log); where the protocol has none, of journeys that still had their application state. Those that had not come yet or had left do not count; the row below says how many were open.',
    key: key([['line', 'still alive'], ['band', '95 % interval'], ['lost', 'lost'], faultKey]),
    body: panels(await Promise.all(list)),
    data: dataOf(drawn, 'survival', 'sessions-alive', survivalRows),
  });
}

/** A curve over few open sessions says little; the counts beside it are exact. */
function doubtOf({ survival: { points, lost, watched } }: Series): string {
  const zero = points.findIndex((point) => point.alive === 0);
  const most = Math.max(0, ...points.map((point) => point.atRisk));
  const goesOn = zero >= 0 && points.slice(zero + 1).some((point) => point.atRisk > 0);
  if (zero >= 0 && (lost < watched || goesOn)) {
    return `; the curve fell to 0 with only ${count((points[zero - 1]?.atRisk ?? 0) || 1)} open`;
  }
  return lost > 0 && most < 10 ? `; never more than ${count(most)} open at once` : '';
}

export async function availabilityFigure(drawn: Drawn[], scale: SharedScale): Promise<Markup> {
  const list = drawn.map(async ({ cell, series }, i) => {
    const availability = cell.runs[0]?.metrics.availability;
    const raw = availability?.value ?? null;
    const recovered = availability?.recovered.value ?? null;
    const finding =
      raw === null || recovered === null ? '' : `${percent(raw)}, with recovery ${percent(recovered)}`;
    const label = `Availability over time on ${plain(cell.deployment.name)}: ${finding} over the whole run.${faultWords(series)}`;
    const chart = await drawChart(availabilityChart(series, scale, cell.deployment.index), label);
    return panel(cell.deployment, finding, raw === null ? undefined : plotted(chart, i, plotOf(scale.axis)));
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
    data: dataOf(drawn, 'availability', 'availability', availabilityRows),
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
  const list = drawn.map(async ({ cell, series }, i) => {
    const worst = worstOf(series);
    if (worst === null || !log) return panel(cell.deployment, '', undefined);
    const finding = `p99 up to ${duration(worst)}`;
    const label = `Latency over time on ${plain(cell.deployment.name)}, logarithmic: ${finding} in its worst window.${faultWords(series)}`;
    const spec = latencyChart(series, { ...scale, log }, cell.deployment.index);
    const chart = await drawChart(spec, label);
    return panel(cell.deployment, finding, plotted(chart, i, plotOf(scale.axis)));
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
    data: dataOf(drawn, 'latency', 'latency', latencyRows),
  });
}

export function faultWords({ faults }: Series): string {
  const words = faults.slice(0, 5).map((fault) => {
    const end = fault.endMs === null ? 'without end' : `to ${duration(fault.endMs)}`;
    return `${plain(fault.name)} from ${duration(fault.startMs)} ${end}`;
  });
  return words.length === 0 ? '' : ` Faults: ${words.join('; ')}.`;
}
