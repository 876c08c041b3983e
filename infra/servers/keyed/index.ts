// Keyed: calls that carry an idempotency key are carried out once, however often a client that heard nothing sends them.
// What became of them is kept where the state is: by each replica for itself, or where all replicas see it.
import type { StoreConfig } from '../host/config.ts';
import { memoryKeyedCalls } from './memory.ts';
import type { KeyedCalls } from './types.ts';

export { once } from './once.ts';
export type { KeyedCalls };

/** What a kind of store needs is loaded only where it is used. */
export async function openKeyedCalls(
  config: StoreConfig,
  onTrouble: (message: string) => void,
): Promise<KeyedCalls> {
  if (config.kind === 'memory') return memoryKeyedCalls();
  if (config.kind === 'redis') {
    const { redisKeyedCalls } = await import('./redis.ts');
    return redisKeyedCalls(config, onTrouble);
  }
  const { sqliteKeyedCalls } = await import('./sqlite.ts');
  return sqliteKeyedCalls(config.path);
}
