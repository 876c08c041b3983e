import type { Check, RunResult } from '../../verdict/index.ts';
import { type Cell, type Experiment, plain, sentence, truncate } from '../findings/index.ts';
import { verdictMark } from './icons.ts';
import { html, type Markup } from './markup.ts';
import { nameWithSwatch } from './matrix.ts';

const messageCharactersMax = 400;
/** More than this would bury the page; all of them are in the tables of their scenarios. */
const listedMax = 12;

/** Every check that did not pass, right below the matrix. */
export function attention(experiment: Experiment): Markup | '' {
  const found = experiment.scenarios.flatMap((scenario) =>
    scenario.cells.flatMap((cell) =>
      cell.runs.flatMap((run) =>
        run.checks
          .filter((check) => check.verdict !== 'pass')
          .map((check) => ({ scenario, cell, run, check })),
      ),
    ),
  );
  if (found.length === 0) return '';
  const ordered = [...found].sort((a, b) => rank(a.check) - rank(b.check));
  const more = ordered.length - listedMax;
  return html`<section class="attention" aria-label="What did not pass"><h2>What did not pass</h2>
<ul>${ordered.slice(0, listedMax).map(
    ({ scenario, cell, run, check }) => html`<li>${verdictMark(check.verdict)}
<a href="#${scenario.id}">${plain(scenario.name)}</a> ${nameWithSwatch(cell.deployment)}${repeatOf(cell, run)}
<span><code>${truncate(plain(check.id), 80)}</code> ${truncate(plain(check.observed), 120)}, limit ${truncate(plain(check.limit), 120)}.
${sentence(truncate(plain(check.reason), messageCharactersMax))}</span></li>`,
  )}</ul>
${more > 0 ? html`<p>And ${more} more, in the tables below.</p>` : ''}</section>`;
}

function rank(check: Check): number {
  return check.verdict === 'fail' ? 0 : 1;
}

export function repeatOf(cell: Cell, run: RunResult): string {
  return cell.runs.length > 1 ? ` (repeat ${run.repeat})` : '';
}

/** Doubts about the measurement itself. */
export function warnings(cells: Cell[]): Markup | '' {
  const found = cells.flatMap((cell) =>
    cell.runs.flatMap((run) => run.warnings.map((warning) => ({ cell, run, warning }))),
  );
  if (found.length === 0) return '';
  return html`<aside class="warnings" aria-label="Warnings"><h3>Doubts about the measurement</h3><ul>${found.map(
    ({ cell, run, warning }) =>
      html`<li>${nameWithSwatch(cell.deployment)}${repeatOf(cell, run)}: ${truncate(plain(warning), messageCharactersMax)}</li>`,
  )}</ul></aside>`;
}
