import type { Failure } from './failure.ts';

/** What clients were asked in the middle of a call, and what they answered. Times are those of `events.ts`. */

/** How a server asks: by a request on the call's stream (2025-11-25), or by the call's own result (2026-07-28). */
export const askingWays = ['stream', 'result'] as const;

export type InputEvent =
  /** A server asked its client for input before it goes on with a call. */
  | {
      type: 'asked';
      atUs: number;
      client: string;
      opId: string;
      /** The how-manieth question of this attempt, from 1. */
      round: number;
      /** The exchange that brought the question; joins with `routed`. */
      requestId: string;
      how: (typeof askingWays)[number];
    }
  /** The client's answer; written when the exchange that carried it is over. */
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
