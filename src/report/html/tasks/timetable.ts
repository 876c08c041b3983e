import { spreadOver, type TaskStory } from '../../../measure/index.ts';
import { count, duration, plain, plural, tight, truncate } from '../../findings/index.ts';
import type { FigureData } from '../chart-data.ts';
import { letterOf, timeAxis } from '../charts/index.ts';
import { figure } from '../figure.ts';
import { key } from '../icons.ts';
import { html, type Markup, trusted } from '../markup.ts';
import { nameWithSwatch } from '../matrix.ts';
import { type Drawn, faultKey, fileName } from '../time-figures.ts';
import { laneOf, type TaskLane } from './lane.ts';
import { type Drawable, markKey } from './marks.ts';
import { timetableRows, timetableShape } from './rows.ts';
import { percentOf, type StripScale, strip } from './strip.ts';
import { lacksResult, laneWords, outcomeWords } from './words.ts';

/** So many are shown at once; the others open by a click. */
const openMax = { anomalies: 6, sample: 4 };

/** A timetable of single tasks: who worked on each and when, and what its client saw of that. */
export function timetableFigure(drawn: Drawn[], scenarioId: string, lanesMax: number): Markup {
  const tables = drawn.map((one) => ({ ...one, lanes: chosen(one, lanesMax) }));
  const lanes = tables.flatMap((one) => one.lanes);
  const replicas = replicasOf(lanes);
  const scale: StripScale = { endMs: axisEndMs(lanes), replicas, letter: letterOf(replicas) };
  const kinds = new Set<Drawable>();
  const gridId = `${scenarioId}-ages`;
  const body = tables.map((table, i) => {
    const rows = table.lanes.map((lane) => {
      const drawnLane = strip(lane, table.series.faults, scale, { label: laneWords(lane), gridId });
      for (const kind of drawnLane.kinds) kinds.add(kind);
      return laneRow(lane, drawnLane.markup);
    });
    return timetable(table, i, rows, scale);
  });
  const data: FigureData = {
    file: fileName(drawn, 'tasks'),
    ...timetableShape,
    columns: [...timetableShape.columns],
    charts: tables.map((table) => ({ of: plain(table.cell.deployment.name), ...timetableRows(table.lanes) })),
  };
  const letter = letterOf(replicas);
  const hasFaults = drawn.some(({ series }) => series.faults.length > 0);
  return figure({
    title: title(drawn),
    note: 'A line is a task, over its own age: the bar above is the process that works on it, the line below is what its client saw. Every task with which something went wrong is here as far as there is room, and some of the others.',
    key: html`${markKey(
      kinds,
      replicas.slice(0, 6).map((replica) => [letter(replica), plain(replica)]),
    )}${hasFaults ? key([faultKey]) : ''}`,
    body: [grid(gridId, scale), ...body],
    data,
    className: 'tasks',
    svg: false,
  });
}

interface Table extends Drawn {
  lanes: TaskLane[];
}

/** Every kind of anomaly before one is there twice; then the sample. */
function chosen({ evidence }: Drawn, lanesMax: number): TaskLane[] {
  const { stories } = evidence.tasks;
  const wrong = spreadOver(
    stories.filter(({ anomaly }) => anomaly !== null),
    kindOf,
    lanesMax,
  );
  const well = stories.filter(({ anomaly }) => anomaly === null);
  // Those that were carried on by another come first: there is more to see.
  const sample = [...well.filter(isMoved), ...well.filter((story) => !isMoved(story))];
  return [...wrong, ...sample].map(laneOf);
}

function isMoved({ deeds, ownerEnds }: TaskStory): boolean {
  return ownerEnds.length > 0 || deeds.some(({ what }) => what === 'taken-over' || what === 'retried');
}

/** Numbers and names aside, anomalies of one kind are worded alike. */
function kindOf({ anomaly }: TaskStory): string {
  return (anomaly ?? '').replace(/\d+/g, '').slice(0, 60);
}

function replicasOf(lanes: TaskLane[]): string[] {
  const names = new Set(lanes.flatMap(({ stretches }) => stretches.map(({ replica }) => replica)));
  return [...names].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** One task that is waited for in vain must not squeeze all the others: its lane is cut. */
function axisEndMs(lanes: TaskLane[]): number {
  const ends = lanes.map(({ endMs }) => endMs).sort((a, b) => a - b);
  const median = ends[Math.floor(ends.length / 2)] ?? 0;
  return Math.max(1, Math.min(ends.at(-1) ?? 0, 3 * median));
}

function title(drawn: Drawn[]): string {
  const tasks = drawn.reduce((sum, { evidence }) => sum + evidence.tasks.tasks, 0);
  const anomalies = drawn.reduce((sum, { evidence }) => sum + evidence.tasks.anomalies, 0);
  const all = `${count(tasks)} tasks`;
  return anomalies === 0
    ? `Single tasks as a timetable: nothing went wrong with any of ${all}`
    : `Single tasks as a timetable: something went wrong with ${count(anomalies)} of ${all}`;
}

function timetable(table: Table, i: number, rows: Markup[], scale: StripScale): Markup {
  const { deployment } = table.cell;
  const { tasks, anomalies } = table.evidence.tasks;
  const wrong = table.lanes.filter(({ story }) => story.anomaly !== null).length;
  const finding =
    tasks === 0
      ? ''
      : anomalies === 0
        ? `nothing went wrong with ${plural(tasks, 'task')}`
        : `something went wrong with ${count(anomalies)} of ${plural(tasks, 'task')}`;
  const left = anomalies - wrong;
  const more = left > 0 ? `; ${count(left)} of them are not drawn` : '';
  const head = html`<p class="panel-title">${nameWithSwatch(deployment)} <span>${tight(`${finding}${more}`)}</span></p>`;
  if (rows.length === 0)
    return html`<div class="timetable">${head}<p class="empty">No task in this run, so there is nothing to draw.</p></div>`;
  return html`<div class="timetable" data-chart="${i}" data-end="${Number((scale.endMs / 1000).toPrecision(6))}">${head}
${axis(scale)}
${group('went wrong', rows.slice(0, wrong), openMax.anomalies)}
${group('went well', rows.slice(wrong), openMax.sample)}</div>`;
}

function group(what: string, rows: Markup[], max: number): Markup | '' {
  if (rows.length === 0) return '';
  const rest = rows.slice(max);
  return html`<ol class="lanes">${rows.slice(0, max)}</ol>${
    rest.length === 0
      ? ''
      : html`<details class="more-lanes"><summary>${plural(rest.length, 'more task')} that ${what}</summary><ol class="lanes">${rest}</ol></details>`
  }`;
}

function laneRow(lane: TaskLane, drawing: Markup): Markup {
  const { story } = lane;
  const anomaly =
    story.anomaly === null
      ? ''
      : html`<p class="anomaly"><b>!</b> ${truncate(plain(story.anomaly), 240)}</p>`;
  return html`<li class="lane"><p class="task" title="task ${plain(story.taskId)}"><b>${shortened(plain(story.opId))}</b> <small>due at ${duration(story.fromUs / 1000)}</small></p>
${drawing}<p class="fate${lane.known === null || lacksResult(lane) ? ' lost' : ''}">${tight(outcomeWords(lane))}</p>${anomaly}</li>`;
}

/** The end of a name is what tells tasks apart. */
function shortened(name: string): string {
  const characters = [...name];
  return characters.length <= 14 ? name : `…${characters.slice(-13).join('')}`;
}

/** The lines of the axis, which every lane refers to. */
function grid(id: string, scale: StripScale): Markup {
  const lines = ticksOf(scale)
    .map(({ x }) => `<line class="age" x1="${x}%" x2="${x}%" y2="100%"/>`)
    .join('');
  return html`<svg class="shapes" width="0" height="0" aria-hidden="true"><defs><g id="${id}">${trusted(lines)}</g></defs></svg>`;
}

/** Above the lanes of a deployment: the age of its tasks. */
function axis(scale: StripScale): Markup {
  const labels = ticksOf(scale)
    .map(({ x, words }) => `<text x="${x}%" y="12"${x > 96 ? ' text-anchor="end"' : ''}>${words}</text>`)
    .join('');
  return html`<div class="lane ages" aria-hidden="true"><p class="task"><small>since due</small></p><svg class="strip" height="16">${trusted(labels)}</svg></div>`;
}

function ticksOf(scale: StripScale): { x: number; words: string }[] {
  const { ticks, unit, unitMs } = timeAxis(scale.endMs);
  return ticks.map((tick) => ({ x: percentOf(tick * unitMs, scale), words: `${tick} ${unit}` }));
}
