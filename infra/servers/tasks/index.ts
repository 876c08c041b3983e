// Tasks: long work that goes on after its call was answered with a handle, and where it is kept meanwhile.
// Knows neither protocol revision: servers put it into the words of theirs.
import type { StoreConfig } from '../host/config.ts';
import { memoryTaskStore } from './memory.ts';
import type { TaskStore } from './types.ts';

export { memoryTaskStore, monotonicMs } from './memory.ts';
export {
  type Awaitable,
  type CreateOptions,
  type Decide,
  finalStatuses,
  type Held,
  type InputRequest,
  isFinal,
  type TaskEngine,
  type TaskEngineParts,
  type TaskError,
  type TaskPolicy,
  type TaskRecord,
  type TaskStore,
} from './types.ts';

/** What a kind of store needs is loaded only where it is used. */
export async function openTaskStore(
  config: StoreConfig,
  onTrouble: (message: string) => void = () => {},
): Promise<TaskStore> {
  if (config.kind === 'memory') return memoryTaskStore();
  if (config.kind === 'redis') {
    const { redisTaskStore } = await import('./redis.ts');
    return redisTaskStore(config, onTrouble);
  }
  throw new Error(`no task store of kind ${config.kind}`);
}
