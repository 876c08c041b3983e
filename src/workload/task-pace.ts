import type { TaskState } from '../client/index.ts';

/** How often a task is asked for, and when there is no more to ask. */

/** Where the server does not say; both revisions leave it to the client then. */
const unsaidMs = 1000;
/**
 * What a server says is kept within this. One that says 0, or less, would make its clients spin, and the load would be
 * theirs; one that says a year would hide that its task is done, or lost.
 */
const shortestMs = 20;
const longestMs = 30_000;
/** Behind notifications, which may be lost, tasks are asked for so many times more seldom. */
const behindNotifications = 10;

/** Microseconds from one poll to the next. */
export function pollIntervalUs({ pollIntervalMs }: TaskState, isListening: boolean): number {
  const saidMs =
    pollIntervalMs === null || Number.isNaN(pollIntervalMs)
      ? unsaidMs
      : Math.min(Math.max(pollIntervalMs, shortestMs), longestMs);
  return saidMs * 1000 * (isListening ? behindNotifications : 1);
}

export function isFinal({ status }: TaskState): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}
