import { type Cell, type NumberCell, taskCosts, tight } from '../../findings/index.ts';
import { html, type Markup } from '../markup.ts';
import { nameWithSwatch } from '../matrix.ts';

/** What following a task costs, and how late its end is known: by asking and by being told. */
export function costTable(cells: Cell[]): Markup {
  const rows = cells.filter((cell) => cell.runs.length > 0).map((cell) => ({ cell, costs: taskCosts(cell) }));
  const heads = rows[0]?.costs.map(({ label }) => label) ?? [];
  return html`<div class="cost"><h3>What following a task costs, and how late its end is known</h3>
<p class="note">Asking often costs requests, asking seldom costs time; a notification costs neither while its stream holds.</p>
<div class="scroll" tabindex="0" role="region" aria-label="What following a task costs"><table class="list">
<thead><tr><th scope="col">Deployment</th>${heads.map((label) => html`<th scope="col" class="right">${label}</th>`)}</tr></thead>
<tbody>${rows.map(
    ({ cell, costs }) =>
      html`<tr><td>${nameWithSwatch(cell.deployment)}</td>${costs.map(({ number }) => costCell(number))}</tr>`,
  )}</tbody></table></div></div>`;
}

function costCell({ text, details }: NumberCell): Markup {
  const [why = ''] = details;
  return html`<td class="right">${tight(text)}${why === '' ? '' : html`<small>${tight(why)}</small>`}</td>`;
}
