import type { Prediction } from '../../verdict/index.ts';
import { type Cell, plain, truncate } from '../findings/index.ts';
import { repeatOf } from './attention.ts';
import { verdictMark } from './icons.ts';
import { html, type Markup } from './markup.ts';
import { nameWithSwatch } from './matrix.ts';
import { numberWords, predictedWords } from './number-words.ts';

/** What arithmetic says must come out, beside what did; nothing where theory says nothing. */
export function predictionsTable(cells: Cell[]): Markup | '' {
  const found = cells.flatMap((cell) =>
    cell.runs.flatMap((run) => run.predictions.map((prediction) => ({ cell, run, prediction }))),
  );
  if (found.length === 0) return '';
  return html`<h3>Predicted and measured</h3>
<p class="note">What arithmetic says must come out, with what chance allows at this number of samples (99 %). What lies outside disagrees with arithmetic: then the harness, the server or the formula is wrong.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Predicted and measured"><table class="list">
<thead><tr><th scope="col">Deployment</th><th scope="col">What</th><th scope="col">Formula</th><th scope="col" class="right">Predicted</th><th scope="col" class="right">Measured</th><th scope="col">Agrees</th></tr></thead>
<tbody>${found.map(
    ({ cell, run, prediction }) => html`<tr class="${prediction.verdict === 'fail' ? 'differs' : ''}">
<td>${nameWithSwatch(cell.deployment)}${repeatOf(cell, run)}</td>
<td class="reason">${truncate(plain(prediction.what), 160)}<small>${plain(prediction.metric)}</small></td>
<td><code>${truncate(plain(prediction.formula), 160)}</code><small>${truncate(plain(prediction.source), 200)}</small></td>
<td class="right">${predictedWords(prediction)}</td>
<td class="right"><b>${numberWords(prediction, prediction.measured)}</b></td>
<td>${agreement(prediction)}${prediction.verdict === 'pass' ? '' : html`<small>${truncate(plain(prediction.reason), 240)}</small>`}</td></tr>`,
  )}</tbody></table></div>`;
}

function agreement({ verdict }: Prediction): Markup {
  const words = { pass: 'agrees', fail: 'differs', unknown: 'unknown' } as const;
  return verdictMark(verdict, words[verdict]);
}
