import { spreadOver } from '../spread-over.ts';
import type { JudgedTask } from './judged-task.ts';
import type { Deed } from './ledger-tasks.ts';
import type { OwnerEnd } from './owner-ends.ts';
import type { TaskEvidence, TaskStory } from './types.ts';

const sampleMax = 12;
const anomaliesMax = 200;
/** A server that runs wild must not fill the report; ours does at most 100 steps. */
const perStoryMax = 400;

/** What is kept of one task until it is known which are shown. */
interface Kept {
  place: number;
  fromUs: number;
  anomaly: string | null;
}

/** Chooses which tasks are shown: every kind of anomaly before one is shown twice, and a sample over the run. */
export function taskStories(commits: (opId: string) => number): {
  see(task: JudgedTask): void;
  chosen(): { places: ReadonlyMap<number, string | null>; tasks: number; anomalies: number };
} {
  const odd: Kept[] = [];
  const even: Kept[] = [];
  return {
    see(task) {
      const anomaly = anomalyOf(task, commits(task.opId));
      const kept = { place: task.place, fromUs: task.created.atUs, anomaly };
      (anomaly === null ? even : odd).push(kept);
    },
    chosen() {
      const shown = spreadOver(odd, ({ anomaly }) => (anomaly ?? '').replace(/\d+/g, ''), anomaliesMax);
      even.sort((a, b) => a.fromUs - b.fromUs);
      const stride = Math.max(1, even.length / sampleMax);
      const sample = Array.from({ length: Math.min(sampleMax, even.length) }, (_, i) =>
        even.at(Math.floor((i + 0.5) * stride)),
      ).filter((kept) => kept !== undefined);
      const places = new Map([...shown, ...sample].map(({ place, anomaly }) => [place, anomaly]));
      return { places, tasks: odd.length + even.length, anomalies: odd.length };
    },
  };
}

/** What went wrong, in words: the loss first, then what else did; null where nothing did. */
function anomalyOf({ fate, sights, isLast }: JudgedTask, commits: number): string | null {
  const asked = (count: number) => `${count} ${count === 1 ? 'time' : 'times'}`;
  const words: string[] = [];
  const { loss, unknownPolls } = fate;
  if (loss?.kind === 'wronglyFailed')
    words.push(
      `told to have ${fate.told?.status === 'cancelled' ? 'been cancelled' : 'failed'}, though its effect is committed`,
    );
  if (loss?.kind === 'unknown') {
    const why = unknownPolls > 0 ? `unknown ${asked(unknownPolls)}` : 'its session was lost';
    words.push(`${why}, and not found again`);
  }
  if (loss?.kind === 'flap') words.push(`unknown ${asked(unknownPolls)}, and found again`);
  if (loss?.kind === 'stalled')
    words.push(
      sights.length === 0 ? 'nothing was heard of it by its deadline' : 'in no final state by its deadline',
    );
  if (commits > 1 && isLast) words.push(`executed ${asked(commits)}`);
  if (fate.workedAfterCancel) words.push('committed after its cancellation had been acknowledged');
  if (fate.premature) words.push('its handle came before it was stored');
  if (fate.keptResult === false) words.push('its result was forgotten before the promised time');
  return words.length === 0 ? null : words.join('; ');
}

/** @param beginUs when the workload began: stories count from there. */
export function storyOf(
  task: JudgedTask,
  anomaly: string | null,
  deeds: readonly Deed[],
  ends: readonly OwnerEnd[],
  beginUs: number,
): TaskStory {
  const { opId, client, taskId, created, sights, operation } = task;
  const fromUs = operation?.intendedUs ?? created.sentUs;
  const toUs = Math.max(operation?.endUs ?? 0, sights.at(-1)?.atUs ?? created.atUs);
  const since = (atUs: number) => Math.round(atUs - beginUs);
  const owned = deeds.filter(({ what }) => what === 'created' || what === 'taken-over');
  const ownedBy = ({ replica, boot, atUs }: OwnerEnd) =>
    owned.some((deed) => deed.replica === replica && deed.boot === boot && deed.atUs <= atUs);
  return {
    opId,
    client,
    taskId,
    anomaly,
    fromUs: since(fromUs),
    toUs: since(toUs),
    outcome: operation?.outcome ?? 'info',
    deeds: deeds.slice(0, perStoryMax).map((deed) => ({ ...deed, atUs: since(deed.atUs) })),
    sights: [
      { atUs: since(created.atUs), how: 'created' as const, status: null },
      ...sights.slice(0, perStoryMax).map(({ atUs, how, status, why }) => ({
        atUs: since(atUs),
        how,
        status,
        ...(why === '' ? {} : { why }),
      })),
    ],
    ownerEnds: ends
      .filter((end) => end.atUs <= toUs && ownedBy(end))
      .map((end) => ({ ...end, atUs: since(end.atUs) })),
  };
}

/** In the order in which their calls were due. */
export function evidenceOf(
  stories: TaskStory[],
  { tasks, anomalies }: Pick<TaskEvidence, 'tasks' | 'anomalies'>,
): TaskEvidence {
  return { stories: stories.sort((a, b) => a.fromUs - b.fromUs), tasks, anomalies };
}
