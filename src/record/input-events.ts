import type { Failure } from './failure.ts';

/** What clients were asked in the middle of a call or a task, and what they answered. Times are those of `events.ts`. */

/**
 * How a server asks: by a request on the stream of the call, or of `tasks/result` (2025-11-25); by the call's own result, or by
 * the state of the task (2026-07-28).
 */
export const askingWays = ['stream', 'result', 'state'] as const;

export type InputEvent =
  /** A server asked its client for input before it goes on with a call, or a task. */
  | {
      type: 'asked';
      atUs: number;
      client: string;
      opId: string;
      /**
       * The how-manieth question of this attempt, from 1; of a task, over all exchanges. What the state of a task asks at once
       * is one.
       */
      round: number;
      /** The exchange that brought the question; joins with `routed`. Null for what nobody asked for: a notification. */
      requestId: string | null;
      how: (typeof askingWays)[number];
    }
  /** The client's answer; written when the exchange that carried it is over, and again if it was sent again. */
  | {
      type: 'answered';
      atUs: number;
      client: string;
      opId: string;
      round: number;
      /** The exchange that carried it; joins with `routed`. */
      requestId: string;
      /** When it was sent. */
      sentUs: number;
      action: 'accept' | 'decline' | 'cancel';
      /** The client has altered the state it was to give back (2026-07-28), as the journey asks. */
      tampered: boolean;
      /** Of the answer to it; null if there was none. */
      status: number | null;
      /** Why it was not taken, as far as its client was told. */
      failure?: Failure;
    };
