// Store: where sessions and baskets live, in the memory of a replica or in one place for all of them.
// Tools and sessions use it by its interface and cannot tell which it is.
import type { StoreConfig } from '../host/config.ts';
import { memoryStore } from './memory.ts';
import type { Store } from './types.ts';

export {
  type Basket,
  type BasketChange,
  type InitializeParams,
  OutcomeUnknown,
  type Store,
} from './types.ts';

/**
 * What a kind of store needs is loaded only where it is used.
 * @param onTrouble is told, once each, of what a store that is open meets.
 */
export async function openStore(
  config: StoreConfig,
  onTrouble: (message: string) => void = () => {},
): Promise<Store> {
  if (config.kind === 'memory') return memoryStore();
  if (config.kind === 'redis') {
    const { redisStore } = await import('./redis.ts');
    return redisStore(config, onTrouble);
  }
  const { sqliteStore } = await import('./sqlite.ts');
  return sqliteStore(config.path);
}
