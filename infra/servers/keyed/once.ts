import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { idempotencyKeyKey } from '../../../src/record/index.ts';
import type { CallToolResult } from '../tools/index.ts';
import { type KeyedCalls, leaseMs } from './types.ts';

/** How often somebody who waits for another's execution asks for its result. */
const pollMs = 50;
const keyCharsMax = 200;

/** One call, as its idempotency key makes it one with others. */
interface KeyedCall {
  tool: string;
  arguments: unknown;
  meta: Readonly<Record<string, unknown>> | undefined;
  /** Aborts when the client cancels, or is gone. */
  signal: AbortSignal;
}

/**
 * Carries a call out, and if it has an idempotency key (`_meta["io.mcp-windtunnel/idempotencyKey"]`, at most 200 characters)
 * only once: a second call with the same key, tool and arguments waits for the first and gets its result. What has failed, or
 * was cancelled, is carried out again; so is what a replica left that died.
 *
 * Between an effect and the note that it stands here a replica can die, too: then the effect comes twice all the same, as
 * wherever the two are not written in one transaction.
 */
export async function once(
  calls: KeyedCalls,
  { tool, arguments: args, meta, signal }: KeyedCall,
  execute: () => Promise<CallToolResult>,
): Promise<CallToolResult> {
  const given = meta?.[idempotencyKeyKey];
  if (typeof given !== 'string' || given === '' || given.length > keyCharsMax) return execute();
  const key = createHash('sha256')
    .update(JSON.stringify([tool, args, given]))
    .digest('base64url');
  const owner = randomUUID();
  for (;;) {
    const claim = await calls.claim(key, owner);
    if (claim === 'mine') break;
    if (claim !== 'busy') return claim.result as CallToolResult;
    await wait(pollMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) return { content: [{ type: 'text', text: 'cancelled' }], isError: true };
  }
  const renewal = setInterval(() => renew(calls, key, owner), leaseMs / 4);
  try {
    const result = await execute();
    if (result.isError) await calls.release(key, owner);
    else await calls.settle(key, owner, result);
    return result;
  } catch (error) {
    await calls.release(key, owner);
    throw error;
  } finally {
    clearInterval(renewal);
  }
}

/** A store that is away for longer than the lease lets go of the claim: as if this replica were gone. */
async function renew(calls: KeyedCalls, key: string, owner: string): Promise<void> {
  try {
    await calls.renew(key, owner);
  } catch {
    // The next one may come through.
  }
}
