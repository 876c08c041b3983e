import type { Failure } from './failure.ts';

/** What clients saw of their tasks. Times are those of `events.ts`. */

/** The states of a task in both revisions (SEP-1686, SEP-2663); the last three are final. */
export const taskStatuses = ['working', 'input_required', 'completed', 'failed', 'cancelled'] as const;
export type TaskStatus = (typeof taskStatuses)[number];

/** By what a client learned, or did not learn, of a task's state. */
export type TaskExchange = 'get' | 'result' | 'cancel' | 'update' | 'notification';

export type TaskEvent =
  /**
   * A server has acknowledged a task: from here on it owes the client a final state. An operation that its client
   * tries again has one for each try.
   */
  | {
      type: 'task-created';
      atUs: number;
      client: string;
      opId: string;
      /** At most 200 characters of it. */
      taskId: string;
      /** The exchange that made it; joins with `routed`. */
      requestId: string;
      sentUs: number;
      /**
       * How long the server promises to keep it, from its creation, as it says it; null: for ever. What is beyond
       * 2^53 - 1 is that.
       */
      ttlMs: number | null;
      /** How often the server would be asked, within the same bounds; null: it does not say. */
      pollIntervalMs: number | null;
    }
  /** A client asked for a task's state, or was told of it. */
  | {
      type: 'task-seen';
      atUs: number;
      client: string;
      opId: string;
      taskId: string;
      how: TaskExchange;
      /** Null for what nobody asked for: a notification. */
      requestId: string | null;
      /** When it was asked; for a notification, when it came. */
      sentUs: number;
      /** Null if the answer tells none: `failure` says why, an unknown task among other things. */
      status: TaskStatus | null;
      failure?: Failure;
    };
