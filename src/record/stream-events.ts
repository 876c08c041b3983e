import type { Failure } from './failure.ts';

/** What clients saw of the streams of their long calls. Times are those of `events.ts`. */

/** How a client goes on when a stream has broken. */
export type AfterBreak = 'resume' | 'again' | 'give-up';

/** Why a stream is over: its result is there, or what else ended it. */
export const streamEnds = ['answered', 'refused', 'broken', 'timeout'] as const;

export type StreamEvent =
  /** A stream ended before it brought its response. */
  | {
      type: 'stream-broken';
      atUs: number;
      client: string;
      opId: string;
      /** The progress token of its call: names the stream within the run. */
      stream: string;
      /** The exchange that broke: the call's, or that of a resumption; joins with `routed`. */
      requestId: string;
      /** The client itself let go of it, as the journey asks. */
      dropped: boolean;
      /** What it could be resumed from; null: no event had an id. */
      lastEventId: string | null;
      /** What the client does next, if there is time left. */
      next: AfterBreak;
      failure: Failure;
    }
  /** A client asked for the rest of a stream, with `Last-Event-ID` (2025-11-25); written when that exchange is over. */
  | {
      type: 'stream-resumed';
      atUs: number;
      client: string;
      opId: string;
      stream: string;
      requestId: string;
      /** Of the answer; null if there was none. */
      status: number | null;
      /** Why it was not resumed. */
      failure?: Failure;
    }
  /** A stream is over: a call that is sent again has another. One for each `tools/call` that was sent with a stream. */
  | {
      type: 'stream-ended';
      atUs: number;
      client: string;
      opId: string;
      stream: string;
      /** The exchange of the call itself; joins with `routed`. */
      requestId: string;
      sentUs: number;
      how: (typeof streamEnds)[number];
      /** Progress events of this stream that came, duplicates included. */
      events: number;
      /**
       * Their numbers (`progress`) in the order in which they came, as runs of consecutive ones `[from, to]`; at most
       * 256 runs, the rest are only counted.
       */
      received: [from: number, to: number][];
      /** Events that came on this stream and belong to others: the token they carry (at most 200 characters), and how many. */
      foreign: { stream: string; events: number }[];
      /** How often the client had to ask for the rest. */
      resumptions: number;
      /** The call carried an idempotency key. */
      keyed: boolean;
    };
