import type { Comparison } from '../../verdict/index.ts';
import { answer, comparisonLines, hasTasks, plain, type ScenarioView, tight } from '../findings/index.ts';
import { warnings } from './attention.ts';
import { windowsPerPoint } from './charts/index.ts';
import { exchangeLists } from './exchanges.ts';
import { html, type Markup } from './markup.ts';
import { predictionsTable } from './predictions.ts';
import { loadFigure, percentilesFigure } from './run-figures.ts';
import { storyFigure } from './story-figure.ts';
import { checksTables, failuresTable, numbersTable } from './tables.ts';
import { costTable, taskSurvivalFigure, timetableFigure } from './tasks/index.ts';
import { availabilityFigure, drawnOf, latencyFigure, sharedScale, survivalFigure } from './time-figures.ts';

/** How many of each the page shows of a run. */
export interface Room {
  exchanges: number;
  stories: number;
  /** With which something went wrong. */
  tasks: number;
}

/** One scenario: its question, the answer, the charts, every number and every check. */
export async function scenarioSection(
  scenario: ScenarioView,
  room: Room,
  comparisons: readonly Comparison[],
): Promise<Markup> {
  const drawn = drawnOf(scenario.cells, room.stories);
  const scale = sharedScale(drawn);
  const { exchanges, anchorOf, exampleOf } = exchangeLists(scenario, room.exchanges);
  const figures =
    drawn.length === 0
      ? [html`<p class="empty">No run of this scenario was finished.</p>`]
      : [
          ...(hasTasks(scenario.cells)
            ? [
                await taskSurvivalFigure(drawn),
                timetableFigure(drawn, scenario.id, room.tasks),
                costTable(scenario.cells),
              ]
            : []),
          await survivalFigure(drawn, scale),
          await storyFigure(drawn, scale, anchorOf),
          exchanges,
          await availabilityFigure(drawn, scale),
          await latencyFigure(drawn, scale),
          await percentilesFigure(drawn),
          await loadFigure(drawn, scale),
        ];
  return html`<section class="scenario" id="${scenario.id}">
<h2>${plain(scenario.name)}</h2>
<p class="question">${plain(scenario.question)}</p>
<p class="answer">${tight(plain(answer(scenario.cells)))}</p>
${scenario.plan?.description ? html`<p class="note">${plain(scenario.plan.description)}</p>` : ''}
${notes(scenario)}
${warnings(scenario.cells)}
${figures}
${
  drawn.length === 0
    ? ''
    : html`${predictionsTable(scenario.cells)}
${compared(scenario, comparisons)}
<h3>All numbers</h3>
<p class="note">Rates with their counts and, of a single run, their 95 % Wilson interval. A measure without meaning for a deployment says why.</p>
${numbersTable(scenario.cells)}
<h3>Operations that did not end ok</h3>
${failuresTable(scenario.cells, exampleOf)}
<h3>Checks</h3>
${checksTables(scenario.cells)}`
}
</section>`;
}

function notes(scenario: ScenarioView): Markup | '' {
  const repeats = Math.max(0, ...scenario.cells.map((cell) => cell.runs.length));
  const joined = Math.max(
    1,
    ...scenario.cells.map((cell) => windowsPerPoint(cell.runs[0]?.series.windows.length ?? 0)),
  );
  const words = [
    repeats > 1
      ? `${repeats} repeats: counts are added, everything else is given as the range from the lowest to the highest run. The charts show the first repeat.`
      : '',
    joined > 1
      ? `Each point of the charts joins ${joined} windows: counts are added, of percentiles the highest is shown.`
      : '',
  ].filter((text) => text !== '');
  return words.length === 0 ? '' : html`<p class="note">${words.join(' ')}</p>`;
}

/** How deployments differ over repeats; empty with too few of them. */
function compared(scenario: ScenarioView, comparisons: readonly Comparison[]): Markup | '' {
  const lines = comparisonLines(comparisons, scenario.name);
  if (lines.length === 0) return '';
  return html`<h3>Deployments compared over repeats</h3>
<p class="note">What was lost is exact; of times a difference is called one only if its size, its interval and a rank test agree.</p>
<ul class="compared">${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
}
