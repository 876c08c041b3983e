// Changes: topics whose value clients publish, and who learns of it: the listeners of one replica, or of all.
// Knows neither protocol revision; servers put it into the words of theirs.
import type { StoreConfig } from '../host/config.ts';
import { memoryChanges } from './memory.ts';
import type { Changes } from './types.ts';

export { topicResources } from './resources.ts';
export { sessionSubscriber, updatedParams } from './subscriber.ts';
export type { Change, Changes } from './types.ts';

/** What a kind of bus needs is loaded only where it is used. */
export async function openChanges(
  config: StoreConfig,
  onTrouble: (message: string) => void,
): Promise<Changes> {
  if (config.kind === 'memory') return memoryChanges();
  if (config.kind === 'redis') {
    const { redisChanges } = await import('./redis.ts');
    return redisChanges(config, onTrouble);
  }
  const { sqliteChanges } = await import('./sqlite.ts');
  return sqliteChanges(config.path, onTrouble);
}
