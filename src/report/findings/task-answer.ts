import type { Cell } from './experiment.ts';
import { count, namesOf } from './format.ts';
import { lossOf, notToTheEnd, type Pooled, recordsAreWhole } from './losses.ts';
import { hasTasks } from './task-cells.ts';

/** How many tasks were lost, where there were any. */
export function taskAnswer(cells: Cell[]): string {
  const judged = cells.map((cell) => ({ cell, tasks: lossOf(cell, (m) => m.task_loss) }));
  const counted = judged.flatMap(({ cell, tasks }) =>
    tasks.kind === 'counted' ? [{ cell, pooled: tasks.pooled }] : [],
  );
  const losers = counted
    .filter(({ pooled }) => pooled.numerator > 0)
    .sort((a, b) => share(b.pooled) - share(a.pooled));
  const unhurt = counted.filter(({ pooled }) => pooled.numerator === 0);
  const keepers = unhurt.filter(({ cell }) => recordsAreWhole(cell));
  const partial = unhurt.filter(({ cell }) => !recordsAreWhole(cell));
  const unseen = judged.filter(({ tasks }) => tasks.kind !== 'counted');
  const none = losers.length > 0 ? 'lost none' : 'lost no task';
  const clauses = [
    losersClause(losers, cells.length),
    keepers.length > 0 ? `${namesOf(keepers.map(nameOf))} ${none}` : '',
    partial.length > 0 ? `${namesOf(partial.map(nameOf))} ${notToTheEnd}` : '',
    unseen.length > 0 ? `${namesOf(unseen.map(nameOf))} ${whyUnseen(unseen.map(({ cell }) => cell))}` : '',
  ].filter((clause) => clause !== '');
  return clauses.length === 0 ? 'Nothing was measured.' : `${clauses.join('; ')}.`;
}

function whyUnseen(cells: Cell[]): string {
  const isSeen = cells.every(({ runs }) => runs.length > 0 && hasTasks([{ runs }]));
  return isSeen ? 'acknowledged no task' : 'could not be measured';
}

function losersClause(losers: { cell: Cell; pooled: Pooled }[], deployments: number): string {
  const [most] = losers;
  const least = losers.at(-1);
  if (!most || !least) return '';
  if (losers.length <= 4) {
    return losers
      .map(({ cell, pooled }, i) =>
        i === 0
          ? `${cell.deployment.name} lost ${outOf(pooled)} tasks`
          : `${cell.deployment.name} ${outOf(pooled)}`,
      )
      .join(', ');
  }
  const from = `${outOf(least.pooled)} (${least.cell.deployment.name})`;
  const to = `${outOf(most.pooled)} (${most.cell.deployment.name})`;
  const many = `${losers.length} of ${deployments} deployments`;
  if (outOf(least.pooled) === outOf(most.pooled)) return `${many} lost ${outOf(most.pooled)} tasks each`;
  return `${many} lost tasks, from ${from} to ${to}`;
}

/** The sessions that were lost beside the tasks; empty if none was. */
export function sessionsWithTasks(cells: Cell[]): string {
  const lost = cells.flatMap((cell) => {
    const sessions = lossOf(cell, (m) => m.session_loss);
    return sessions.kind === 'counted' && sessions.pooled.numerator > 0
      ? [`${cell.deployment.name} ${outOf(sessions.pooled)}`]
      : [];
  });
  if (lost.length === 0) return '';
  return lost.length <= 4
    ? `Sessions lost: ${lost.join(', ')}`
    : `${lost.length} deployments lost sessions, too`;
}

function nameOf({ cell }: { cell: Cell }): string {
  return cell.deployment.name;
}

function share({ numerator, denominator }: Pooled): number {
  return numerator / denominator;
}

function outOf({ numerator, denominator }: Pooled): string {
  return `${count(numerator)} of ${count(denominator)}`;
}
