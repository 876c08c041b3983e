import type { MetricName } from '../../measure/index.ts';
import type { Check, RunResult } from '../../verdict/index.ts';
import {
  type Cell,
  count,
  duration,
  numberRows,
  plain,
  plural,
  tight,
  truncate,
  verdictOf,
} from '../findings/index.ts';
import { repeatOf } from './attention.ts';
import { verdictMark } from './icons.ts';
import { type Child, html, type Markup } from './markup.ts';
import { nameWithSwatch } from './matrix.ts';
import { predictedWords } from './number-words.ts';
import type { AnchorOf } from './story-figure.ts';

const messageCharactersMax = 240;

/** Every measure with its interval, or why it does not apply. */
export function numbersTable(cells: Cell[]): Markup {
  const rows = numberRows(cells);
  const groups = [...new Set(rows.map((row) => row.group))];
  const head = cells.map((cell) => html`<th scope="col">${nameWithSwatch(cell.deployment)}</th>`);
  return html`<div class="scroll" tabindex="0" role="region" aria-label="All numbers"><table class="numbers">
<thead><tr><td></td>${head}</tr></thead>
${groups.map(
  (
    group,
  ) => html`<tbody><tr class="group"><th colspan="${cells.length + 1}" scope="rowgroup">${group}</th></tr>
${rows
  .filter((row) => row.group === group)
  .map(
    (row) =>
      html`<tr><th scope="row">${row.label}</th>${row.cells.map(
        (number) =>
          html`<td class="${number.tone}"><b>${tight(number.text)}</b>${number.details
            .filter((detail) => detail !== '')
            .map(
              (detail) => html`<small>${tight(truncate(plain(detail), messageCharactersMax))}</small>`,
            )}</td>`,
      )}</tr>`,
  )}</tbody>`,
)}
<tbody><tr class="group"><th colspan="${cells.length + 1}" scope="rowgroup">Faults</th></tr>
<tr><th scope="row">As they happened</th>${cells.map((cell) => html`<td class="plain">${faultsOf(cell.runs[0])}</td>`)}</tr></tbody>
</table></div>`;
}

function faultsOf(run: RunResult | undefined): Markup | string {
  const faults = run?.series.faults ?? [];
  if (faults.length === 0) return html`<small>none</small>`;
  const shown = faults.slice(0, 20).map((fault) => {
    const end = fault.endMs === null ? 'did not end' : `to ${duration(fault.endMs)}`;
    const targets = truncate(fault.targets.map(plain).join(', '), 80);
    return html`<small>${truncate(plain(fault.name), 60)} of ${targets || 'no replica'}, ${duration(fault.startMs)} ${end}</small>`;
  });
  return html`${shown}${faults.length > 20 ? html`<small>and ${faults.length - 20} more</small>` : ''}`;
}

/** Why operations were not ok in the end. */
export function failuresTable(cells: Cell[], exampleOf: AnchorOf): Markup {
  const found = cells.flatMap((cell) => failuresOf(cell).map((failure) => ({ cell, ...failure })));
  if (found.length === 0) return html`<p class="empty">Every operation ended ok.</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Failed operations"><table class="list">
<thead><tr><th scope="col">Deployment</th><th scope="col">Kind</th><th scope="col" class="right">Operations</th><th scope="col">For example</th><th scope="col">Exchange</th></tr></thead>
<tbody>${found.map(
    ({ cell, kind, n, example }) => html`<tr><td>${nameWithSwatch(cell.deployment)}</td>
<td><code>${truncate(plain(kind), 60)}</code></td><td class="right">${count(n)}</td>
<td class="message">${truncate(plain(example), messageCharactersMax)}</td><td>${exampleLink(exampleOf(cell.deployment.index, kind))}</td></tr>`,
  )}</tbody></table></div>`;
}

function exampleLink(id: string | null): Markup | string {
  return id === null ? '–' : html`<a href="#${id}" data-open>see one</a>`;
}

function failuresOf(cell: Cell): { kind: string; n: number; example: string }[] {
  const kinds = new Map<string, { kind: string; n: number; example: string }>();
  for (const failure of cell.runs.flatMap((run) => run.series.failures)) {
    const known = kinds.get(failure.kind);
    if (known) known.n += failure.count;
    else kinds.set(failure.kind, { kind: failure.kind, n: failure.count, example: failure.example });
  }
  return [...kinds.values()].sort((a, b) => b.n - a.n);
}

/** Every check of every run; open where something did not pass. */
export function checksTables(cells: Cell[]): Markup[] {
  return cells
    .filter((cell) => cell.runs.length > 0)
    .map((cell) => {
      const checks = cell.runs.flatMap((run) => run.checks.map((check) => ({ run, check })));
      const passed = checks.filter(({ check }) => check.verdict === 'pass').length;
      return html`<details class="checks"${passed < checks.length ? html` open` : ''}><summary>${nameWithSwatch(cell.deployment)}
${verdictMark(verdictOf(cell.runs))} <span>${count(passed)} of ${plural(checks.length, 'check')} passed</span></summary>
<div class="scroll" tabindex="0" role="region" aria-label="Checks"><table class="list">
<thead><tr><th scope="col">Check</th><th scope="col">Observed</th><th scope="col">Limit</th><th scope="col">Predicted</th><th scope="col">Verdict</th><th scope="col">Reason</th></tr></thead>
<tbody>${checks.map(
        ({
          run,
          check,
        }) => html`<tr><td><code>${truncate(plain(check.id), 80)}</code>${repeatOf(cell, run)}</td>
<td>${truncate(plain(check.observed), messageCharactersMax)}</td><td>${truncate(plain(check.limit), messageCharactersMax)}</td>
<td>${predictedFor(run, check)}</td><td>${verdictMark(check.verdict)}</td><td class="reason">${truncate(plain(check.reason), messageCharactersMax)}</td></tr>`,
      )}${Object.entries(cell.skipped).map(
        ([
          metric,
          reason,
        ]) => html`<tr><td><code>${plain(metric)}</code></td><td>–</td><td>–</td><td>–</td><td>not judged</td>
<td class="reason">${truncate(plain(reason), messageCharactersMax)}</td></tr>`,
      )}</tbody></table></div></details>`;
    });
}

/** What theory says of the very number that a check bounds, not of another that belongs to the same metric. */
function predictedFor(run: RunResult, check: Check): Child {
  const measure = run.metrics[check.metric as MetricName];
  const value = measure !== undefined && 'value' in measure ? measure.value : null;
  const found = run.predictions.filter(
    ({ metric, measured }) => metric === check.metric && measured !== null && measured === value,
  );
  return found.length === 0 ? '–' : found.map((one) => html`<div>${predictedWords(one)}</div>`);
}
