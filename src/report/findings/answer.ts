import type { Cell, Experiment, ScenarioView } from './experiment.ts';
import { count, namesOf } from './format.ts';
import {
  type Loss,
  lossOf,
  noSessionsAtAll,
  notToTheEnd,
  type Pooled,
  recordsAreWhole,
  valuesOf,
} from './losses.ts';
import { sessionsWithTasks, taskAnswer } from './task-answer.ts';
import { hasTasks } from './task-cells.ts';

/** The answer to a scenario's question, computed from the counts of its cells alone. */
export function answer(cells: Cell[]): string {
  if (!hasTasks(cells)) return sessionAnswer(cells);
  const sessions = sessionsWithTasks(cells);
  return `${taskAnswer(cells)}${sessions === '' ? '' : ` ${sessions}.`}`;
}

function sessionAnswer(cells: Cell[]): string {
  const judged = cells.map((cell) => ({ cell, sessions: lossOf(cell, (m) => m.session_loss) }));
  const counted = judged.flatMap(({ cell, sessions }) =>
    sessions.kind === 'counted' ? [{ cell, pooled: sessions.pooled }] : [],
  );
  const losers = counted
    .filter(({ pooled }) => pooled.numerator > 0)
    .sort((a, b) => share(b.pooled) - share(a.pooled));
  const unhurt = counted.filter(({ pooled }) => pooled.numerator === 0).map(({ cell }) => cell);
  const keepers = unhurt.filter(recordsAreWhole);
  const others = judged.filter(({ sessions }) => sessions.kind !== 'counted');
  const isFree = ({ cell, sessions }: (typeof judged)[number]) =>
    sessions.kind === 'not-applicable' && lossOf(cell, (m) => m.state_loss).kind !== 'no-sample';
  const sessionless = others.filter(isFree).map(({ cell }) => cell);
  const free = sessionless.filter(recordsAreWhole);
  const partial = [...unhurt, ...sessionless].filter((cell) => !recordsAreWhole(cell));
  const unseen = others.filter((one) => !isFree(one)).map(({ cell }) => cell.deployment.name);

  const clauses = [
    losersClause(losers, cells.length),
    ...withState(keepers, losers.length > 0 ? 'lost none' : 'lost no session'),
    ...withState(free, free.every(noSessionsAtAll) ? 'had no session to lose' : 'opened no session'),
    partial.length > 0 ? `${namesOf(partial.map(({ deployment }) => deployment.name))} ${notToTheEnd}` : '',
    unseen.length > 0 ? `${namesOf(unseen)} could not be measured` : '',
  ].filter((clause) => clause !== '');
  return clauses.length === 0 ? 'Nothing was measured.' : `${clauses.join('; ')}.`;
}

/** The same over all scenarios, for the top of a report: those without tasks, then those with tasks. */
export function headline(experiment: Experiment): string {
  const withTasks = experiment.scenarios.filter(({ cells }) => hasTasks(cells));
  const others = experiment.scenarios.filter((scenario) => !withTasks.includes(scenario));
  const answers = [
    ...(others.length > 0 || withTasks.length === 0 ? [sessionAnswer(pooledOver(others, experiment))] : []),
    ...(withTasks.length > 0 ? [taskAnswer(pooledOver(withTasks, experiment))] : []),
  ];
  return answers.map((text) => text.replace(/\.$/, '')).join('; ');
}

/** The runs of several scenarios as if they were one, on the deployments that these were meant for. */
function pooledOver(scenarios: ScenarioView[], { deployments }: Experiment): Cell[] {
  return deployments.flatMap((deployment) => {
    const cells = scenarios.flatMap((one) => one.cells.filter((cell) => cell.deployment === deployment));
    if (cells.length === 0) return [];
    return [{ scenario: '', deployment, skipped: {}, runs: cells.flatMap(({ runs }) => runs) }];
  });
}

function share(pooled: Pooled): number {
  return pooled.numerator / pooled.denominator;
}

function outOf(pooled: Pooled): string {
  return `${count(pooled.numerator)} of ${count(pooled.denominator)}`;
}

function losersClause(losers: { cell: Cell; pooled: Pooled }[], deployments: number): string {
  const [most] = losers;
  const least = losers.at(-1);
  if (!most || !least) return '';
  if (losers.length <= 3) {
    return losers
      .map(({ cell, pooled }, i) =>
        i === 0
          ? `${cell.deployment.name} lost ${outOf(pooled)} sessions`
          : `${cell.deployment.name} ${outOf(pooled)}`,
      )
      .join(', ');
  }
  const from = `${outOf(least.pooled)} (${least.cell.deployment.name})`;
  const to = `${outOf(most.pooled)} (${most.cell.deployment.name})`;
  const many = `${losers.length} of ${deployments} deployments`;
  if (outOf(least.pooled) === outOf(most.pooled)) return `${many} lost ${outOf(most.pooled)} sessions each`;
  return `${many} lost sessions, from ${from} to ${to}`;
}

/** Says what happened to the application's state wherever the sessions do not tell. */
function withState(cells: Cell[], what: string): string[] {
  const quiet: string[] = [];
  const sound: string[] = [];
  const hurt: string[] = [];
  for (const cell of cells) {
    const name = cell.deployment.name;
    const state: Loss = lossOf(cell, (m) => m.state_loss);
    const unjudged = valuesOf(cell.runs, (m) => m.state_loss).reduce((sum, rate) => sum + rate.unjudged, 0);
    if (state.kind !== 'counted') quiet.push(name);
    else if (state.pooled.numerator === 0 && unjudged > 0) {
      const which = `${count(unjudged)} of ${count(state.pooled.denominator)} journeys`;
      hurt.push(`${name} ${what}; whether the state of ${which} is still there was never learned`);
    } else if (state.pooled.numerator === 0) sound.push(name);
    else hurt.push(`${name} ${what} but lost the state of ${outOf(state.pooled)} journeys`);
  }
  return [
    sound.length > 0 ? `${namesOf(sound)} ${what} and lost no state` : '',
    quiet.length > 0 ? `${namesOf(quiet)} ${what}` : '',
    ...hurt,
  ].filter((clause) => clause !== '');
}
