import type { Awaitable } from '../store/types.ts';

/** A topic has a new value. */
export interface Change {
  topic: string;
  value: string;
  /** The topic was not there before. */
  isNew: boolean;
}

/**
 * Topics, each a resource with one value, and who is told when one changes: listeners of this replica, or of all replicas
 * (`bus` of a deployment).
 */
export interface Changes {
  /** Gives a topic a value and tells listeners of it, after it stands. False: there are too many topics for another. */
  publish(topic: string, value: string): Awaitable<boolean>;
  read(topic: string): Awaitable<string | undefined>;
  topics(): Awaitable<string[]>;
  /** Hears of every change from now on, until what it returns is called. Must not throw. */
  onChange(listener: (change: Change) => void): () => void;
  close(): Awaitable<void>;
}

/** A client that makes up topics shall not fill the memory. */
export const topicsMax = 10_000;
