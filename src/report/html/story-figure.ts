import type { Evidence, Turn } from '../../measure/index.ts';
import { count, plain, plural } from '../findings/index.ts';
import type { FigureData } from './chart-data.ts';
import {
  drawChart,
  laneHeight,
  lanesOf,
  letterOf,
  lossLetters,
  replicasIn,
  storiesChart,
} from './charts/index.ts';
import { figure, panel, panels, plotted } from './figure.ts';
import { shapes, storyRows } from './figure-data.ts';
import { key, letterKey } from './icons.ts';
import { html, type Markup } from './markup.ts';
import { type Drawn, faultKey, faultWords, fileName, plotOf, type SharedScale } from './time-figures.ts';

/** How an exchange is found on the page; null if it is not shown. */
export type AnchorOf = (deploymentIndex: number, name: string) => string | null;

/** Single clients: where each call was sent, when a session was lost, and to what. */
export async function storyFigure(drawn: Drawn[], scale: SharedScale, anchorOf: AnchorOf): Promise<Markup> {
  const replicas = replicasIn(drawn.map((one) => one.evidence));
  const lanes = Math.max(1, ...drawn.map((one) => one.evidence.stories.length));
  const list = drawn.map(async (one, i) => {
    const { cell, series, evidence } = one;
    if (evidence.stories.length === 0) return panel(cell.deployment, '', undefined);
    const finding = `${count(evidence.stories.length)} of ${plural(evidence.clients, 'client')}`;
    const label = `Single clients over time on ${plain(cell.deployment.name)}, ${finding}: ${fateWords(evidence)}.${faultWords(series)}`;
    const chart = await drawChart(storiesChart(evidence, series, { ...scale, lanes, replicas }), label);
    const plot = { ...plotOf(scale.axis), lanes: { top: scale.top, height: laneHeight } };
    return panel(cell.deployment, `${finding}${thinned(evidence)}`, plotted(chart, i, plot));
  });
  const data: FigureData = {
    file: fileName(drawn, 'clients'),
    ...shapes.stories,
    columns: [...shapes.stories.columns],
    charts: drawn.map((one) => ({
      of: plain(one.cell.deployment.name),
      ...storyRows(one.evidence, (id) => anchorOf(one.cell.deployment.index, id)),
    })),
  };
  return figure({
    title: 'Where single clients were sent, and where they lost their session',
    note: 'A line is a client; a letter is a call, and the replica that was asked. Not all are shown: some of every fate that was met. On a loss, a click leads to its exchange.',
    key: html`${letterKey(replicaKey(replicas), causeKey(drawn), lostAgain(drawn))}${key([faultKey])}`,
    body: panels(await Promise.all(list)),
    data,
    className: 'stories',
  });
}

function lostAgain(drawn: Drawn[]): boolean {
  const isLoss = ({ what }: Turn) => what === 'lost' || what === 'state-missing';
  return drawn.some((one) => one.evidence.stories.some(({ turns }) => turns.filter(isLoss).length > 1));
}

const fateNames = {
  crash: 'lost with its process',
  misroute: 'lost by a misroute',
  expiry: 'lost by expiry',
  unattributed: 'lost, cause unknown',
  'state-missing': 'state missing',
  failed: 'calls failed, nothing lost',
  kept: 'kept everything',
} as const;

function fateWords(evidence: Evidence): string {
  const counts = new Map<string, number>();
  for (const { fate } of lanesOf(evidence))
    counts.set(fateNames[fate], (counts.get(fateNames[fate]) ?? 0) + 1);
  return [...counts].map(([name, n]) => `${n} ${name}`).join(', ');
}

function thinned({ stories }: Evidence): string {
  const most = Math.max(1, ...stories.flatMap(({ everyNth }) => [everyNth.ok, everyNth.other]));
  return most === 1 ? '' : `; of many calls one in up to ${most} is drawn`;
}

/** `1` is r1: the letters of all replicas that are drawn, a few by name. */
function replicaKey(replicas: string[]): [letter: string, name: string][] {
  const letter = letterOf(replicas);
  return replicas.slice(0, 6).map((replica) => [letter(replica), plain(replica)]);
}

function causeKey(drawn: Drawn[]): [letter: string, name: string][] {
  const met = new Set(
    drawn.flatMap((one) =>
      one.evidence.stories.flatMap(({ turns }) =>
        turns.flatMap(({ what, cause }) => (what === 'state-missing' ? [what] : cause ? [cause] : [])),
      ),
    ),
  );
  return Object.entries(lossLetters)
    .filter(([cause]) => met.has(cause as keyof typeof lossLetters))
    .map(([cause, letter]) => [letter, fateNames[cause as keyof typeof lossLetters]]);
}
