import type { TaskStatusNotification } from '@modelcontextprotocol/sdk/experimental/tasks';
import { isFinal, rounds, type TaskEngine, type TaskRecord } from '../tasks/index.ts';
import { taskOf } from './v1-task-store.ts';

/** Of the looks for tasks that other replicas have made, however short the poll interval. */
const lookMsMin = 20;

export interface StatusTeller {
  /** The session has a stream for notifications, until `gone` aborts. */
  opened(gone: AbortSignal): void;
  /** A task was made in the session. */
  made(task: TaskRecord): void;
  close(): void;
}

/**
 * Sends `notifications/tasks/status` of the tasks of a session while a client listens, wherever they were made and are
 * carried out: who listens here may have made them at another replica.
 */
export function statusTeller(
  tasks: TaskEngine,
  session: string,
  send: (notification: TaskStatusNotification) => Promise<void>,
): StatusTeller {
  /** What stops watching it; absent for one that is told to its end. */
  const watched = new Map<string, (() => void) | undefined>();
  let stopLooking: (() => void) | undefined;
  let lastSeen: string | undefined;

  const tell = (task: TaskRecord) => {
    if (isFinal(task)) watched.set(task.taskId, undefined);
    // A stream that has just broken has nobody to be told.
    send({ method: 'notifications/tasks/status', params: taskOf(task) }).catch(() => {});
  };
  const watch = (task: TaskRecord) => {
    if (watched.has(task.taskId)) return;
    if (isFinal(task)) tell(task);
    else watched.set(task.taskId, tasks.onChange(task.taskId, tell));
  };
  const look = async () => {
    const page = await tasks.list(session, lastSeen);
    for (const task of page) watch(task);
    lastSeen = page.at(-1)?.taskId ?? lastSeen;
  };
  const stop = () => {
    stopLooking?.();
    stopLooking = undefined;
    for (const stopWatching of watched.values()) stopWatching?.();
    watched.clear();
    lastSeen = undefined;
  };

  return {
    opened(gone) {
      stop();
      const own = rounds(Math.max(lookMsMin, tasks.policy.pollIntervalMs / 2), look, () => {});
      stopLooking = own;
      // Unless another stream has taken its place by then.
      gone.addEventListener('abort', () => stopLooking === own && stop(), { once: true });
    },
    made(task) {
      if (stopLooking !== undefined) watch(task);
    },
    close: stop,
  };
}
