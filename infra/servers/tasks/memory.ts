import { HarnessError, monotonicUs } from '../../../src/core/index.ts';
import type { TaskRecord, TaskStore } from './types.ts';

/** As many as a process can hold; one takes about a kilobyte. */
const tasksMax = 100_000;
/** Operations whose failures are counted; beyond, the oldest is forgotten. */
const countsMax = 100_000;

/**
 * The memory of this process: fast, seen by no other replica, gone with it. Leases are of no use here: whoever could take
 * over is gone as well.
 */
export function memoryTaskStore({
  max = tasksMax,
  nowMs = monotonicMs,
}: {
  max?: number;
  nowMs?: () => number;
} = {}): TaskStore {
  const tasks = new Map<string, TaskRecord>();
  const failures = new Map<string, number>();

  const find = (taskId: string): TaskRecord | undefined => {
    const task = tasks.get(taskId);
    return task && task.keptUntilMs > nowMs() ? task : undefined;
  };
  const forget = () => {
    const now = nowMs();
    const old = [...tasks.values()].filter((task) => task.keptUntilMs <= now);
    for (const { taskId } of old) tasks.delete(taskId);
    return old;
  };

  return {
    shared: false,
    create(task) {
      if (tasks.size >= max) throw new HarnessError('server', `there are ${max} tasks, and no room for more`);
      tasks.set(task.taskId, task);
    },
    get: find,
    versions: (taskIds) => taskIds.map((taskId) => find(taskId)?.version),
    change(taskId, decide, effect) {
      const task = find(taskId);
      if (!task) return undefined;
      const next = decide(task);
      if (typeof next === 'string') return next;
      effect?.();
      const changed = { ...next, version: task.version + 1 };
      tasks.set(taskId, changed);
      return changed;
    },
    renew: (owner) =>
      [...tasks.values()]
        .filter((task) => task.owner === owner)
        .map(({ taskId, cancelRequested }) => ({ taskId, cancelRequested })),
    // Nobody else could find them.
    release() {},
    takeOver: () => [],
    list(session, afterTaskId, most) {
      const own = [...tasks.values()].filter((task) => task.session === session && find(task.taskId));
      const from = afterTaskId === undefined ? 0 : own.findIndex(({ taskId }) => taskId === afterTaskId) + 1;
      return own.slice(from, from + most);
    },
    countFailure(opId) {
      const count = (failures.get(opId) ?? 0) + 1;
      failures.set(opId, count);
      if (failures.size > countsMax) failures.delete(failures.keys().next().value ?? opId);
      return count;
    },
    forget,
    close() {
      tasks.clear();
      failures.clear();
    },
  };
}

/** What leases and retention are measured with: all replicas of a run are on one machine, and see the same clock. */
export function monotonicMs(): number {
  return Math.floor(monotonicUs() / 1000);
}
