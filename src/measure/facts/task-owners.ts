import type { RunEvent } from '../../record/index.ts';
import { type Deployment, durationMs, type Scenario } from '../../scenario/index.ts';
import type { Deed, JudgedTask } from '../tasks/index.ts';
import { leftAt, type Strike } from './strike.ts';

/** What became of tasks whose owner went. */
export interface TaskOwners {
  acknowledged: number;
  /** Where tasks live in memory and one fault is planned: tasks of the processes that it took. */
  taskStrike: {
    targets: number;
    /** Those that their client asked for again afterwards, before it knew their fate. */
    held: number;
    /** Those that it was just asking for, or that it asked for in vain. */
    inDoubt: number;
  } | null;
  /** Where they live in a store that all share: tasks that were under way when their owner ended, or was told to. */
  orphans: {
    tasks: number;
    /** Another process has carried on, or ended, so many of them. */
    takenOver: number;
    /** The workload was over too soon after it for that to be certain. */
    inDoubt: number;
  };
  takeovers: number;
  repeatedSteps: number;
}

interface End {
  replica: string;
  boot: number;
  atUs: number;
}

/** What a replica needs beside the lease to find a task and take it over; generous, since timing decides nothing. */
const takeOverUs = 2_000_000;

export function taskOwners(
  scenario: Pick<Scenario, 'faults'>,
  { tasks: options }: Pick<Deployment, 'tasks'>,
  deedsOf: (opId: string, taskId: string) => Deed[],
) {
  const ends: End[] = [];
  const upstreams: { atUs: number; replicas: readonly string[] }[] = [];
  let fault: Strike | undefined;
  let overUs = Number.POSITIVE_INFINITY;
  const counts = { acknowledged: 0, takeovers: 0, repeatedSteps: 0 };
  const strike = { held: 0, inDoubt: 0 };
  const orphans = { tasks: 0, takenOver: 0, inDoubt: 0 };
  let left: Map<string, number> | undefined;
  const graceUs = (options === undefined ? 0 : durationMs(options.lease) * 1000) + takeOverUs;

  const seeStrike = (task: JudgedTask, owner: Deed | undefined) => {
    if (fault === undefined || owner === undefined) return;
    left ??= leftAt(fault, upstreams, ends);
    const leftUs = left.get(owner.replica);
    if (leftUs === undefined || owner.atUs >= leftUs) return;
    const { knownUs, promisedUntilUs } = task.fate;
    const asked = task.sights.filter(
      ({ how, sentUs, atUs }) =>
        how !== 'notification' && sentUs < knownUs && atUs >= leftUs && atUs < promisedUntilUs,
    );
    const isTold = asked.some(({ sentUs, came }) => sentUs >= leftUs && came !== 'nothing');
    if (isTold) strike.held += 1;
    else if (asked.length > 0) strike.inDoubt += 1;
  };

  const seeOrphan = (task: JudgedTask) => {
    const { opId, taskId, notes } = task;
    const untilUs = Math.min(notes?.finalUs ?? Number.POSITIVE_INFINITY, overUs);
    // Who never changed its owner had none before it was created; most tasks saw no process end.
    const fromUs = notes?.takeovers === 0 ? (notes.createdUs ?? 0) : 0;
    const during = ends.filter(({ atUs }) => atUs >= fromUs && atUs < untilUs);
    if (during.length === 0) return;
    const deeds = deedsOf(opId, taskId);
    for (const end of during) {
      const owner = deeds.findLast((deed) => isOwning(deed) && deed.atUs <= end.atUs);
      if (owner?.replica !== end.replica || owner.boot !== end.boot) continue;
      const later = deeds.filter((deed) => deed.atUs > end.atUs);
      const isOwn = (deed: Deed) => deed.replica === end.replica && deed.boot === end.boot;
      // One that is told to end may finish what it has.
      if (later.some((deed) => isOwn(deed) && isEnding(deed))) continue;
      orphans.tasks += 1;
      if (later.some((deed) => !isOwn(deed) && (isOwning(deed) || isEnding(deed)))) orphans.takenOver += 1;
      else if (overUs - end.atUs < graceUs) orphans.inDoubt += 1;
    }
  };

  return {
    types: [
      'fault-began',
      'upstreams-changed',
      'replica-signalled',
      'replica-exited',
      'workload-ended',
    ] satisfies RunEvent['type'][],
    see(event: RunEvent): void {
      if (event.type === 'fault-began') {
        fault = { name: event.name, atUs: event.atUs, targets: event.targets };
      } else if (event.type === 'upstreams-changed') {
        upstreams.push({ atUs: event.atUs, replicas: event.upstreams });
      } else if (event.type === 'workload-ended') overUs = event.atUs;
      else if (event.type === 'replica-exited' || isEndSignal(event)) {
        const { replica, boot, atUs } = event;
        if (!ends.some((end) => end.replica === replica && end.boot === boot)) {
          ends.push({ replica, boot, atUs });
        }
      }
    },
    seeTask(task: JudgedTask): void {
      counts.acknowledged += 1;
      counts.takeovers += task.notes?.takeovers ?? 0;
      counts.repeatedSteps += task.notes?.repeatedSteps ?? 0;
      if (ends.length === 0 && upstreams.length === 0) return;
      if (options?.store === 'memory') seeStrike(task, deedsOf(task.opId, task.taskId).find(isOwning));
      else if (options?.store === 'shared') seeOrphan(task);
    },
    result(): TaskOwners {
      const isSimple = options?.store === 'memory' && scenario.faults.length === 1 && fault !== undefined;
      const targets = left?.size ?? 0;
      return { ...counts, taskStrike: isSimple ? { targets, ...strike } : null, orphans };
    },
  };
}

const isOwning = ({ what }: Deed) => what === 'created' || what === 'taken-over';
const isEnding = ({ what }: Deed) => what === 'completed' || what === 'failed' || what === 'cancelled';

function isEndSignal(event: RunEvent): event is Extract<RunEvent, { type: 'replica-signalled' }> {
  return event.type === 'replica-signalled' && (event.signal === 'SIGTERM' || event.signal === 'SIGKILL');
}
