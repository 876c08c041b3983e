import type { Series } from '../../../measure/index.ts';
import { escapeHtml, type Markup, trusted } from '../markup.ts';
import type { Mark, TaskLane } from './lane.ts';
import { type Drawable, ownerClass, placed } from './marks.ts';

/**
 * One task as a strip that is as wide as there is room: x in percent, y in pixels. Above, the processes that worked
 * on it; below, what its client saw.
 */

export interface StripScale {
  endMs: number;
  replicas: string[];
  letter: (replica: string) => string;
}

const rowHeight = 18;
const clientHeight = 20;
/** Marks that are closer than this cannot be told apart. */
const tickGap = 0.4;
/** A box takes so much of the width; on a narrow window neighbours touch. */
const boxGap = 2.2;
const letterGap = 1.8;
const letterRoom = 3;

/** As it is drawn, and the kinds of marks in it, for the key. `gridId`: the lines of the axis. */
export function strip(
  lane: TaskLane,
  faults: Series['faults'],
  scale: StripScale,
  words: { label: string; gridId: string },
): { markup: Markup; kinds: Drawable[] } {
  const rows = lane.stretches.length === 0 ? 0 : lane.stretches.some(({ row }) => row === 1) ? 2 : 1;
  const clientY = rows * rowHeight + clientHeight / 2;
  const height = rows * rowHeight + clientHeight;
  const x = (ms: number) => percentOf(ms, scale);
  const drawn = choose(lane, scale, clientY);
  // Its client's line ends with what its client saw, though servers may go on.
  const seenMs = lane.marks.findLast(({ row }) => row === null)?.atMs ?? 0;
  const end = Math.min(100, x(seenMs));
  const idle = gaps(lane, scale);
  const inner = [
    `<use href="#${words.gridId}"/>`,
    ...faultBands(lane, faults, scale),
    `<line class="life" x2="${end}%" y1="${clientY}" y2="${clientY}"/>`,
    ...idle,
    ...stretchBars(lane, scale),
    ...drawn.map(({ kind, at, y }) => placed(kind, at, y)),
  ].join('');
  return {
    markup: trusted(
      `<svg class="strip" height="${height}" role="img" aria-label="${escapeHtml(words.label)}">${inner}</svg>`,
    ),
    kinds: [...drawn.map(({ kind }) => kind), ...(idle.length > 0 ? (['gap'] as const) : [])],
  };
}

/** Of the width, to a hundredth: a tenth of a pixel. */
export function percentOf(ms: number, { endMs }: Pick<StripScale, 'endMs'>): number {
  return Math.round((ms / endMs) * 10_000) / 100;
}

interface Spot {
  kind: Drawable;
  at: number;
  y: number;
}

/** The marks that are drawn: of those that would cover each other, the first. */
function choose(lane: TaskLane, scale: StripScale, clientY: number): Spot[] {
  const last = new Map<string, number>();
  const isFree = (line: string, at: number, gap: number) => {
    if (at - (last.get(line) ?? Number.NEGATIVE_INFINITY) < gap) return false;
    last.set(line, at);
    return true;
  };
  const spots = lane.marks.flatMap((mark): Spot[] => {
    const at = percentOf(mark.atMs, scale);
    if (mark.kind === 'stored' || at > 100) return [];
    const y = mark.row === null ? clientY : yOf(mark.row);
    const isTick = mark.kind === 'step' || mark.kind === 'asked' || mark.kind === 'no-answer';
    if (isTick && !isFree(`${mark.kind} ${mark.row}`, at, tickGap)) return [];
    if (mark.kind !== 'unknown') return [{ kind: mark.kind, at, y }];
    if (isFree('unknown', at, boxGap)) return [{ kind: 'unknown', at, y }];
    return isFree('unknown-small', at, tickGap) ? [{ kind: 'unknown-small', at, y }] : [];
  });
  const goesOn = lane.endMs > scale.endMs ? [{ kind: 'on' as const, at: 100, y: clientY }] : [];
  // What stands for an end is drawn last, over what it would be hidden by.
  return [...spots, ...goesOn].sort((a, b) => rank(a) - rank(b) || a.at - b.at);
}

const over: readonly Drawable[] = ['owner-end', 'taken-over', 'commit', 'handle', 'known', 'gave-up', 'on'];

function rank({ kind }: Spot): number {
  return over.indexOf(kind) + 1;
}

function yOf(row: NonNullable<Mark['row']>): number {
  return row * rowHeight + rowHeight / 2;
}

function faultBands({ story }: TaskLane, faults: Series['faults'], scale: StripScale): string[] {
  return faults.flatMap(({ startMs, endMs }) => {
    const from = Math.max(0, percentOf(startMs - story.fromUs / 1000, scale));
    const to = Math.min(100, endMs === null ? 100 : percentOf(endMs - story.fromUs / 1000, scale));
    if (to <= 0 || from >= 100) return [];
    return [`<rect class="fault" x="${from}%" width="${Math.max(0.15, round(to - from))}%" height="100%"/>`];
  });
}

/** Nobody works on it, though somebody will. */
function gaps({ stretches }: TaskLane, scale: StripScale): string[] {
  const ordered = stretches.filter(({ row }) => row === 0);
  return ordered.flatMap(({ toMs }, i) => {
    const next = ordered[i + 1];
    const from = percentOf(toMs, scale);
    if (next === undefined || next.fromMs <= toMs || from >= 100) return [];
    const to = Math.min(100, percentOf(next.fromMs, scale));
    return [`<line class="gap" x1="${from}%" x2="${to}%" y1="${yOf(0)}" y2="${yOf(0)}"/>`];
  });
}

function stretchBars({ stretches }: TaskLane, scale: StripScale): string[] {
  let free = Number.NEGATIVE_INFINITY;
  return stretches.flatMap(({ replica, fromMs, toMs, row }, i) => {
    const from = percentOf(fromMs, scale);
    if (from >= 100) return [];
    const width = Math.max(0.3, round(Math.min(100, percentOf(toMs, scale)) - from));
    const y = row * rowHeight;
    const bar = `<rect class="owner ${ownerClass(scale.replicas.indexOf(replica))}" x="${from}%" y="${y + 3}" width="${width}%" height="${rowHeight - 6}"/>`;
    if (from - free < letterGap) return [bar];
    free = from;
    const label = escapeHtml(scale.letter(replica));
    // Beside what is too narrow for it, and clear of the mark of a takeover.
    const [x, dx] = width < letterRoom ? [round(from + width), 13] : [from, i === 0 ? 9 : 15];
    return [bar, `<text class="letter by" x="${x}%" y="${y + rowHeight / 2 + 4}" dx="${dx}">${label}</text>`];
  });
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
