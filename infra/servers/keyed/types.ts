import type { Awaitable } from '../store/types.ts';

/** A result of `tools/call`, as it was given. */
export type KeptResult = Record<string, unknown>;

/** `mine`: nobody has it, and it is the caller's now. `busy`: somebody carries it out. Or the result it came to. */
export type Claim = 'mine' | 'busy' | { result: KeptResult };

/**
 * What became of calls that carry an idempotency key. Who claims one has it for as long as it renews the claim, and gives it
 * up by `settle` or `release`; what belongs to somebody else by then stays as it is.
 */
export interface KeyedCalls {
  claim(key: string, owner: string): Awaitable<Claim>;
  renew(key: string, owner: string): Awaitable<void>;
  settle(key: string, owner: string, result: KeptResult): Awaitable<void>;
  release(key: string, owner: string): Awaitable<void>;
  close(): Awaitable<void>;
}

/** A claim that is not renewed for so long is anybody's: its owner is taken for dead. */
export const leaseMs = 1_000;
