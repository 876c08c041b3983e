import type { Verdict } from '../../verdict/index.ts';
import { html, type Markup, trusted } from './markup.ts';

/** A verdict is told by its shape and its word; the colour only helps. */
const shapes: Record<Verdict, string> = {
  pass: '<path d="M4.5 8.4l2.4 2.4 4.7-5.2"/>',
  fail: '<path d="M5 5l6 6M11 5l-6 6"/>',
  unknown: '<path d="M5.9 6.2a2.1 2.1 0 1 1 3 1.9c-.6.3-.9.7-.9 1.4M8 11.6v.1"/>',
};

const words: Record<Verdict, string> = { pass: 'Pass', fail: 'Fail', unknown: 'Unknown' };

export function verdictMark(verdict: Verdict, word = words[verdict]): Markup {
  const icon = trusted(
    `<svg class="icon" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="7.5"/>${shapes[verdict]}</svg>`,
  );
  return html`<span class="verdict ${verdict}">${icon}<b>${word}</b></span>`;
}

type Swatch = 'line' | 'thin' | 'dotted' | 'dashed' | 'band' | 'area' | 'lost' | 'fault';

const swatches: Record<Swatch, string> = {
  line: '<path class="stroke wide" d="M1 6h24"/>',
  thin: '<path class="stroke thin" d="M1 6h24"/>',
  dotted: '<path class="stroke dotted" d="M2 6h24"/>',
  dashed: '<path class="stroke dashed" d="M1 6h24"/>',
  band: '<path class="fill faint" d="M0 0h26v12H0z"/>',
  area: '<path class="fill" d="M0 1h26v11H0z"/>',
  lost: '<path class="lost" d="M0 0h26v12H0z"/>',
  fault: '<path class="fault" d="M0 0h26v12H0z"/><path class="fault-edge" d="M.5 0v12M25.5 0v12"/>',
};

/** What the marks of a figure mean; drawn in ink, since each deployment has a colour of its own. */
export function key(items: [Swatch, string][]): Markup {
  return html`<ul class="key">${items.map(
    ([swatch, words]) =>
      html`<li>${trusted(`<svg viewBox="0 0 26 12" aria-hidden="true">${swatches[swatch]}</svg>`)} ${words}</li>`,
  )}</ul>`;
}

/** The letters of calls and of losses (`again`: small ones of later losses), as the timeline of clients draws them. */
export function letterKey(calls: [string, string][], losses: [string, string][], again: boolean): Markup {
  const mark = (shape: string, letter: string) =>
    html`<svg viewBox="0 0 18 18" class="mark" aria-hidden="true">${trusted(shape)}<text x="9" y="13">${letter}</text></svg>`;
  return html`<ul class="key">${calls.map(([letter, name]) => html`<li>${mark('', letter)} sent to ${name}</li>`)}
<li>${mark('<circle cx="9" cy="9" r="7"/>', calls[0]?.[0] ?? '1')} not answered ok</li>
${again ? html`<li>${mark('<path d="M7 7h4v4H7z"/>', '')} lost again</li>` : ''}${losses.map(([letter, name]) => html`<li>${mark('<path d="M2 2h14v14H2z"/>', letter)} ${name}</li>`)}</ul>`;
}

/** The class that gives an element its deployment's colour. */
export function colourClass(deploymentIndex: number, colours: number): string {
  return `d${deploymentIndex % colours}`;
}
