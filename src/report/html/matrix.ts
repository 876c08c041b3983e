import {
  type Cell,
  count,
  type DeploymentView,
  duration,
  type Experiment,
  expectationNote,
  hasTasks,
  intervalText,
  type Loss,
  lossKinds,
  lossOf,
  noSessionsAtAll,
  percent,
  plain,
  range,
  type ScenarioView,
  taskTimes,
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
export function matrices({ scenarios }: Experiment): Markup[] {
  const groups = new Map<string, ScenarioView[]>();
  for (const scenario of scenarios) {
    const on = scenario.cells.map(({ deployment }) => deployment.index).join(' ');
    groups.set(on, [...(groups.get(on) ?? []), scenario]);
  }
  return [...groups.values()].map(matrix);
}

/** Of scenarios that have the same deployments. */
function matrix(scenarios: ScenarioView[]): Markup {
  const deployments = scenarios[0]?.cells.map(({ deployment }) => deployment) ?? [];
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
  const tasks = lossOf(cell, (m) => m.task_loss);
  if (hasTasks([cell])) return taskCell(cell, label, tasks);
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
  const sessionless = noSessionsAtAll(cell) && state.kind === 'counted';
  return html`<td class="cell"><div class="cell-label">${label}</div>
<p class="big">${sessionless ? lostWords(cell, state, 'state_loss', 'journeys lost state') : bigWords(cell, sessions)}</p>
${howSure(sessionless ? state : sessions)}
<dl>
${sessionless ? entry('Sessions', 'none to lose') : entry('State lost', stateWords(cell, state))}
${entry('Available', availabilityWords(cell))}
${entry('Latency p99', latency.length > 0 ? range(latency, duration) : 'no sample')}
</dl>
<p class="foot">${verdictMark(verdictOf(cell.runs))} <span>${plain(verdictSummary(cell, losses))}</span>${theoryNote(cell)}</p></td>`;
}

/** Where the work is tasks, what became of them comes first. */
function taskCell(cell: Cell, label: Markup, tasks: Loss): Markup {
  const sessions = lossOf(cell, (m) => m.session_loss);
  const losses = {
    task_loss: tasks,
    session_loss: sessions,
    duplicate_execution: lossOf(cell, (m) => m.duplicate_execution),
    result_retention: lossOf(cell, (m) => m.result_retention),
  };
  const big =
    tasks.kind === 'counted'
      ? lostWords(cell, tasks, 'task_loss', 'tasks lost')
      : html`<strong>no sample</strong> <span>no task was acknowledged</span>`;
  const twice = losses.duplicate_execution;
  return html`<td class="cell"><div class="cell-label">${label}</div>
<p class="big">${big}</p>
${howSure(tasks)}
<dl>
${entry('Lost as', lossKinds(cell) || 'none lost')}
${entry('Sessions', noSessionsAtAll(cell) ? 'none to lose' : sessionWords(cell, sessions))}
${twice.kind === 'counted' ? entry('Twice', countWords(cell, twice, 'duplicate_execution')) : ''}
${entry('Known p99', taskTimes(cell, 'commit_to_known_ms', 'p99').text)}
</dl>
<p class="foot">${verdictMark(verdictOf(cell.runs))} <span>${plain(verdictSummary(cell, losses))}</span>${theoryNote(cell)}</p></td>`;
}

function sessionWords(cell: Cell, sessions: Loss): Child {
  if (sessions.kind === 'not-applicable') return html`n/a <small>${reasonOf(sessions)}</small>`;
  return sessions.kind === 'counted'
    ? html`${countWords(cell, sessions, 'session_loss', ' lost')}`
    : 'no sample';
}

function countWords(cell: Cell, loss: Extract<Loss, { kind: 'counted' }>, metric: string, what = ''): Child {
  const { numerator, denominator } = loss.pooled;
  const note = expectationNote(cell, metric, numerator > 0);
  return html`<span class="${numerator > 0 ? 'lost' : ''}">${tight(`${count(numerator)} of ${count(denominator)}`)}${what}</span>${
    note === '' ? '' : html` <em>${note}</em>`
  }`;
}

function theoryNote(cell: Cell): Markup | '' {
  const differs = cell.runs.some((run) => run.predictions.some(({ verdict }) => verdict === 'fail'));
  return differs ? html` <b class="differs">differs from theory</b>` : '';
}

function reasonOf(loss: Loss): string {
  return loss.kind === 'not-applicable' ? truncate(plain(loss.reason), 200) : '';
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
    case 'counted':
      return lostWords(cell, loss, 'session_loss', 'sessions lost');
  }
}

function lostWords(
  cell: Cell,
  { pooled: { numerator, denominator } }: Extract<Loss, { kind: 'counted' }>,
  metric: string,
  what: string,
): Markup {
  const note = expectationNote(cell, metric, numerator > 0);
  return html`<strong class="${numerator > 0 ? 'lost' : 'kept'}">${count(numerator)} of ${count(denominator)}</strong>
<span>${denominator === 1 ? what.replace(/s\b/, '') : what}</span>${note === '' ? '' : html` <em>${note}</em>`}`;
}

/** How large a share the loss is and how sure that is: a bar, its 95 % interval, and both in words. */
function howSure(loss: Loss): Markup {
  if (loss.kind !== 'counted') return html`<p class="under">${reasonOf(loss)}</p>`;
  const { numerator, denominator, counts, interval, shares } = loss.pooled;
  const x = (share: number) => Number((100 * share).toFixed(2));
  const whisker = interval
    ? `<path class="sure" d="M${x(interval[0])} 2h${x(interval[1] - interval[0])}"/>`
    : '';
  const bar = trusted(
    `<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"><path class="all" d="M0 0h100v4H0z"/><path class="lost" d="M0 0h${x(numerator / denominator)}v4H0z"/>${whisker}</svg>`,
  );
  const words = interval
    ? html`${percent(numerator / denominator)} <abbr title="95 % Wilson interval">(${intervalText(interval)})</abbr>`
    : html`${range(shares, percent)}`;
  const runs =
    counts.length < 2
      ? ''
      : html`<p class="sub">${range(counts, count)} in each of ${counts.length} runs</p>`;
  return html`<div class="under">${bar}<span>${words}</span></div>${runs}`;
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
