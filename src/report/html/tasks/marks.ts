import { html, type Markup, trusted } from '../markup.ts';
import type { MarkKind } from './lane.ts';

/** The marks of a timetable, each with a shape of its own, so that no colour is needed to tell it. */

const boxed = (letter: string) =>
  `<path class="box" d="M-6.5 -6.5h13v13h-13z"/><text class="letter" y="4">${letter}</text>`;

/** What is drawn: a kind of mark, `unknown-small` where boxes would overlap, `gap` where nobody works on it, and `on` where a lane goes on. */
export type Drawable = Exclude<MarkKind, 'stored'> | 'unknown-small' | 'gap' | 'on';

const shapes: Record<Drawable, string> = {
  step: '<path class="line" d="M0 -6v12"/>',
  'owner-end': '<path class="bad" d="M-5 -6l10 12M5 -6l-10 12"/>',
  'taken-over': '<path class="solid" d="M-1 -6.5l8 6.5l-8 6.5z"/>',
  retried:
    '<path class="paper" d="M-7 -7h14v14h-14z"/><path class="line" d="M4.5 -1.5a4.7 4.7 0 1 0 .2 3M5 -6v5h-5"/>',
  input: '<path class="paper" d="M-5 -7h10v14h-10z"/><path class="thick" d="M-2.5 -5v10M2.5 -5v10"/>',
  commit: '<path class="solid edge" d="M0 -7l6.5 7l-6.5 7l-6.5 -7z"/>',
  completed: '<path class="thick" d="M0 -7v14"/>',
  failed: boxed('F'),
  cancelled: boxed('C'),
  expired: boxed('E'),
  due: '<path class="thick" d="M0 -7v14"/>',
  handle: '<circle class="paper edged" r="4.2"/>',
  asked: '<path class="line" d="M0 -4v8"/>',
  told: '<path class="solid" d="M-4.5 -6h9l-4.5 7z"/>',
  cancel: boxed('C'),
  unknown: '<path class="loss" d="M-6.5 -6.5h13v13h-13z"/><text class="letter on-loss" y="4">?</text>',
  'unknown-small': '<path class="loss" d="M-2 -3h4v6h-4z"/>',
  'no-answer': '<path class="bad" d="M-3 -3l6 6M3 -3l-6 6"/>',
  known: '<circle class="solid-fill" r="7"/><path class="tick" d="M-3.3 .2l2.3 2.4l4.2 -4.8"/>',
  gap: '<path class="gap" d="M-9 0h18"/>',
  'gave-up':
    '<path class="loss" d="M-6.5 -6.5h13v13h-13z"/><path class="tick" d="M-3.2 -3.2l6.4 6.4M3.2 -3.2l-6.4 6.4"/>',
  on: '<path class="line" d="M-7 -4l5 4l-5 4M-2 -4l5 4l-5 4"/>',
};

/** In the order of the key. */
const keyWords: [Drawable, string][] = [
  ['due', 'call due'],
  ['handle', 'the client has the handle'],
  ['asked', 'the client asked, not over yet'],
  ['told', 'notification'],
  ['unknown', 'asked: task unknown'],
  ['no-answer', 'asked: no answer'],
  ['cancel', 'asked to cancel, or cancelled'],
  ['known', 'the client knows the end'],
  ['gave-up', 'the client gave up'],
  ['step', 'a step of the work is done'],
  ['owner-end', 'the process that owned it ended'],
  ['gap', 'nobody works on it'],
  ['taken-over', 'another replica takes it over'],
  ['retried', 'begun again by the server'],
  ['input', 'waits for its client'],
  ['commit', 'effect committed'],
  ['completed', 'completed'],
  ['failed', 'failed'],
  ['expired', 'forgotten by the server'],
  ['on', 'goes on, see its words'],
];

/** Once on a page that has a timetable. */
export function markShapes(): Markup {
  const symbols = Object.entries(shapes).map(([name, shape]) => `<g id="mark-${name}">${shape}</g>`);
  return trusted(
    `<svg class="shapes" width="0" height="0" aria-hidden="true"><defs>${symbols.join('')}</defs></svg>`,
  );
}

/** Places a mark; x in percent of the width, y in pixels. */
export function placed(kind: Drawable, x: number, y: number): string {
  return `<use href="#mark-${kind}" x="${x}%" y="${y}"/>`;
}

/** What the marks mean that are drawn, and no others. */
export function markKey(drawn: ReadonlySet<Drawable>, replicas: [letter: string, name: string][]): Markup {
  const icon = (inner: string) =>
    trusted(`<svg class="lane-mark" viewBox="-9 -9 18 18" aria-hidden="true">${inner}</svg>`);
  const used = keyWords.filter(([kind]) => drawn.has(kind) || (kind === 'cancel' && drawn.has('cancelled')));
  return html`<ul class="key">${replicas.map(
    ([letter, name], i) =>
      html`<li><svg class="lane-mark" viewBox="-9 -9 18 18" aria-hidden="true"><path class="owner ${ownerClass(i)}" d="M-9 -6h18v12h-18z"/><text class="letter" y="4">${letter}</text></svg> worked on by ${name}</li>`,
  )}${used.map(([kind, words]) => html`<li>${icon(`<use href="#mark-${kind}"/>`)} ${words}</li>`)}</ul>`;
}

/** Told apart from the colours of the first deployments; the letter tells it without colour. */
const ownerClasses = ['d4', 'd3', 'd5', 'd7', 'd6', 'd0'];

export function ownerClass(replicaIndex: number): string {
  return ownerClasses[replicaIndex % ownerClasses.length] ?? 'd6';
}
