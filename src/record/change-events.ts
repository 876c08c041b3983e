import type { Failure } from './failure.ts';

/** What clients saw of changes that they listen for. Times are those of `events.ts`. */

export const listeningEnds = ['left', 'ended', 'failed'] as const;

export type ChangeEvent =
  /** A client is told of changes from now on: its server has acknowledged what it asked for. */
  | {
      type: 'listening-began';
      atUs: number;
      client: string;
      /** The how-manieth time of this client, from 0. */
      listening: number;
      /** The exchange whose answer is the stream; joins with `routed`. */
      requestId: string;
      topics: string[];
    }
  /** It is no longer; written also for one that never began. */
  | {
      type: 'listening-ended';
      atUs: number;
      client: string;
      listening: number;
      requestId: string;
      /** `left`: the client itself ended it. `ended`: the server did, as its revision has it. */
      how: (typeof listeningEnds)[number];
      /** How often it was told that the list of resources has changed. */
      listChanges: number;
      failure?: Failure;
    }
  /** A client was told of a change (`notifications/resources/updated`). */
  | {
      type: 'change-seen';
      atUs: number;
      client: string;
      listening: number;
      /** At most 200 characters of it; of a resource that is no topic, its URI. */
      topic: string;
      /** By which changes are told apart: at most 200 characters of it; null if the notification tells none. */
      value: string | null;
    };
