import {
  type Cell,
  count,
  type DeploymentView,
  duration,
  type Experiment,
  expectationNote,
  type Loss,
  lossOf,
  noSessionsAtAll,
  percent,
  plain,
  range,
  type ScenarioView,
  tight,
  truncate,
  valuesOf,
  verdictOf,
  verdictSummary,
} from '../findings/index.ts';
import { deploymentColours } from './charts/index.ts';
import { colourClass, verdictMark } from './icons.ts';
import { type Child, html, type Markup, trusted } from './markup.ts';

/** More columns than this are hard to compare; then deployments become the rows, if scenarios are fewer. */
const columnsMax = 4;
/** So many columns have a width of their own in the style; beyond it the table scrolls. */
const widthsMax = 8;

/** Scenario × deployment: what was lost, in big; then what still worked, and the verdict. */
export function matrix(experiment: Experiment): Markup {
  const { scenarios, deployments } = experiment;
  const turned = deployments.length > columnsMax && scenarios.length < deployments.length;
  const head = turned
    ? scenarios.map((scenario) => html`<th scope="col" class="top">${scenarioName(scenario)}</th>`)
    : deployments.map(
        (deployment) =>
          html`<th scope="col" class="top ${ownColour(deployment)}">${deploymentName(deployment)}</th>`,
      );
  const rows = turned
    ? deployments.map((deployment, i) => ({
        head: html`<th scope="row" class="side ${ownColour(deployment)}">${deploymentName(deployment)}</th>`,
        cells: scenarios.map((scenario) => ({
          cell: scenario.cells[i],
          label: html`${plain(scenario.name)}`,
        })),
      }))
    : scenarios.map((scenario) => ({
        head: html`<th scope="row" class="side">${scenarioName(scenario)}</th>`,
        cells: scenario.cells.map((cell) => ({ cell, label: nameWithSwatch(cell.deployment) })),
      }));
  return html`<div class="scroll" tabindex="0" role="region" aria-label="What was lost, by scenario and deployment">
<table class="matrix${head.length > columnsMax ? ` many columns-${Math.min(head.length, widthsMax)}` : ''}">
<thead><tr><td></td>${head}</tr></thead>
<tbody>${rows.map(
    (row) =>
      html`<tr>${row.head}${row.cells.map(({ cell, label }) => (cell ? matrixCell(cell, label) : html`<td></td>`))}</tr>`,
  )}</tbody>
</table></div>`;
}

function ownColour(deployment: DeploymentView): string {
  return colourClass(deployment.index, deploymentColours);
}

export function nameWithSwatch(deployment: DeploymentView): Markup {
  return html`<span class="name ${ownColour(deployment)}"><i class="swatch"></i>${plain(deployment.name)}</span>`;
}

function deploymentName(deployment: DeploymentView): Markup {
  return html`<span class="name">${plain(deployment.name)}</span><small>${deployment.facts}</small>`;
}

function scenarioName(scenario: ScenarioView): Markup {
  return html`<a href="#${scenario.id}">${plain(scenario.name)}</a><small>${plain(scenario.question)}</small>`;
}

function matrixCell(cell: Cell, label: Markup): Markup {
  const sessions = lossOf(cell, (m) => m.session_loss);
  const state = lossOf(cell, (m) => m.state_loss);
  const latency = cell.runs.map((run) => run.metrics.latency_ms.p99).filter((value) => value !== null);
  const losses = {
    session_loss: sessions,
    state_loss: state,
    lost_update: lossOf(cell, (m) => m.lost_update),
    duplicate_execution: lossOf(cell, (m) => m.duplicate_execution),
  };
  if (cell.runs.length === 0) {
    return html`<td class="cell"><div class="cell-label">${label}</div><p class="big">not run</p></td>`;
  }
  return html`<td class="cell"><div class="cell-label">${label}</div>
<p class="big">${bigWords(cell, sessions)}</p>
${shareBar(sessions)}
<dl>
${entry('State lost', stateWords(cell, state))}
${entry('Available', availabilityWords(cell))}
${entry('Latency p99', latency.length > 0 ? range(latency, duration) : 'no sample')}
</dl>
<p class="foot">${verdictMark(verdictOf(cell.runs))} <span>${plain(verdictSummary(cell, losses))}</span></p></td>`;
}

function entry(term: string, words: Child): Markup {
  return html`<div><dt>${term}</dt><dd>${words}</dd></div>`;
}

function bigWords(cell: Cell, loss: Loss): Markup {
  switch (loss.kind) {
    case 'not-run':
      return html`not run`;
    case 'no-sample':
      return html`<strong>no sample</strong> <span>no session was seen</span>`;
    case 'not-applicable':
      return noSessionsAtAll(cell)
        ? html`<strong>no session</strong> <span>to lose</span>`
        : html`<strong>n/a</strong> <span>sessions lost</span>`;
    case 'counted': {
      const { numerator, denominator } = loss.pooled;
      const note = expectationNote(cell, 'session_loss', numerator > 0);
      return html`<strong class="${numerator > 0 ? 'lost' : 'kept'}">${count(numerator)} of ${count(denominator)}</strong>
<span>session${denominator === 1 ? '' : 's'} lost</span>${note === '' ? '' : html` <em>${note}</em>`}`;
    }
  }
}

/** How large a share the loss is, and what it was in each repeat; or why there is no number. */
function shareBar(loss: Loss): Markup {
  if (loss.kind === 'not-applicable') return html`<p class="under">${truncate(plain(loss.reason), 200)}</p>`;
  if (loss.kind !== 'counted') return html`<p class="under"></p>`;
  const { numerator, denominator, counts } = loss.pooled;
  const width = Number(((100 * numerator) / denominator).toFixed(2));
  const bar = trusted(
    `<div class="under"><svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true"><path class="all" d="M0 0h100v1H0z"/><path class="lost" d="M0 0h${width}v1H0z"/></svg></div>`,
  );
  if (counts.length < 2) return bar;
  return html`${bar}<p class="sub">${range(counts, count)} in each of ${counts.length} runs</p>`;
}

function stateWords(cell: Cell, state: Loss): Child {
  if (state.kind === 'not-applicable') return html`n/a <small>${truncate(plain(state.reason), 200)}</small>`;
  if (state.kind !== 'counted') return 'no sample';
  const { numerator, denominator } = state.pooled;
  const note = expectationNote(cell, 'state_loss', numerator > 0);
  return html`<span class="${numerator > 0 ? 'lost' : ''}">${tight(`${count(numerator)} of ${count(denominator)}`)} journeys</span>${
    note === '' ? '' : html` <em>${note}</em>`
  }`;
}

function availabilityWords(cell: Cell): Child {
  const raw = lossOf(cell, (m) => m.availability);
  const recovered = valuesOf(cell.runs, (m) => m.availability.recovered)
    .map((rate) => rate.value)
    .filter((value) => value !== null);
  if (raw.kind !== 'counted' || recovered.length === 0) return 'no sample';
  return html`${tight(`${range(raw.pooled.shares, percent)} → ${range(recovered, percent)}`)} <small>recovered</small>`;
}
