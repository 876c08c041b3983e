// Store: where sessions and baskets live, in the memory of a replica or in one file for all of them.
// Tools and sessions use it by its interface and cannot tell which it is.
import type { StoreConfig } from '../host/config.ts';
import { memoryStore } from './memory.ts';
import type { Store } from './types.ts';

export type { Basket, BasketChange, InitializeParams, Store } from './types.ts';

/** SQLite is loaded only where it is used. */
export async function openStore(config: StoreConfig): Promise<Store> {
  if (config.kind === 'memory') return memoryStore();
  const { sqliteStore } = await import('./sqlite.ts');
  return sqliteStore(config.path);
}
