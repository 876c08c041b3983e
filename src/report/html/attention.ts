import type { RunResult, Verdict } from '../../verdict/index.ts';
import {
  type Cell,
  type Experiment,
  plain,
  type ScenarioView,
  sentence,
  truncate,
} from '../findings/index.ts';
import { verdictMark } from './icons.ts';
import { html, type Markup } from './markup.ts';
import { nameWithSwatch } from './matrix.ts';
import { numberWords } from './number-words.ts';

const messageCharactersMax = 400;
/** More than this would bury the page; all of them are in the tables of their scenarios. */
const listedMax = 12;

interface Item {
  scenario: ScenarioView;
  cell: Cell;
  run: RunResult;
  verdict: Verdict;
  word?: string;
  id: string;
  words: string;
  reason: string;
}

/** Every check that did not pass and every number that disagrees with arithmetic, right below the matrix. */
export function attention(experiment: Experiment): Markup | '' {
  const found = experiment.scenarios.flatMap((scenario) =>
    scenario.cells.flatMap((cell) =>
      cell.runs.flatMap((run) =>
        [...failedChecks(run), ...differing(run)].map((item) => ({ ...item, scenario, cell, run })),
      ),
    ),
  );
  if (found.length === 0) return '';
  const ordered: Item[] = [...found].sort((a, b) => rank(a) - rank(b));
  const more = ordered.length - listedMax;
  return html`<section class="attention" aria-label="What did not pass"><h2>What did not pass</h2>
<ul>${ordered.slice(0, listedMax).map(
    ({ scenario, cell, run, verdict, word, id, words, reason }) => html`<li>${verdictMark(verdict, word)}
<a href="#${scenario.id}">${plain(scenario.name)}</a> ${nameWithSwatch(cell.deployment)}${repeatOf(cell, run)}
<span><code>${truncate(plain(id), 80)}</code> ${truncate(plain(words), 260)}.
${sentence(truncate(plain(reason), messageCharactersMax))}</span></li>`,
  )}</ul>
${more > 0 ? html`<p>And ${more} more, in the tables below.</p>` : ''}</section>`;
}

function failedChecks(run: RunResult) {
  return run.checks
    .filter((check) => check.verdict !== 'pass')
    .map(({ verdict, id, observed, limit, reason }) => ({
      verdict,
      id,
      words: `${truncate(observed, 120)}, limit ${truncate(limit, 120)}`,
      reason,
    }));
}

function differing(run: RunResult) {
  return run.predictions
    .filter((prediction) => prediction.verdict === 'fail')
    .map((prediction) => {
      const [low, high] = prediction.interval.map((value) => numberWords(prediction, value));
      const measured = numberWords(prediction, prediction.measured);
      return {
        verdict: prediction.verdict,
        word: 'Differs from theory',
        id: prediction.id,
        words: `${prediction.what}: measured ${measured}, predicted ${low} to ${high}`,
        reason: prediction.reason,
      };
    });
}

function rank({ verdict }: Item): number {
  return verdict === 'fail' ? 0 : 1;
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
