// Tasks: long work that goes on after its call was answered with a handle, and where it is kept meanwhile.
// Knows neither protocol revision: servers put it into the words of theirs.
import { randomUUID } from 'node:crypto';
import { committedTasks, type LedgerSink } from '../../../src/record/index.ts';
import type { ServerConfig, StoreConfig } from '../host/config.ts';
import type { Store } from '../store/index.ts';
import { byHandle, bySession, tools } from '../tools/index.ts';
import { memoryTaskStore } from './memory.ts';
import type { TaskEngineParts, TaskStore } from './types.ts';

export { taskEngine } from './engine.ts';
export { memoryTaskStore } from './memory.ts';
export { rounds } from './rounds.ts';
export {
  type Awaitable,
  type CreateOptions,
  type Decide,
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

/** What the engine of a process is made of; undefined where the deployment has no tasks. */
export async function taskParts(
  { tasks, replica, boot, ledgerPath }: ServerConfig,
  { store, ledger }: { store: Store; ledger: LedgerSink | undefined },
  onTrouble: (message: string) => void,
): Promise<TaskEngineParts | undefined> {
  if (!tasks) return undefined;
  return {
    store: await openTaskStore(tasks.store, onTrouble),
    policy: tasks.policy,
    owner: `${replica}-${boot}-${randomUUID()}`,
    tools,
    toolContext: ({ session }) => ({ store, baskets: session === null ? byHandle : bySession(session) }),
    ledger,
    committed: async (taskIds) =>
      ledgerPath === undefined ? new Set() : await committedTasks(ledgerPath, taskIds),
    onTrouble,
  };
}

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
  const { sqliteTaskStore } = await import('./sqlite.ts');
  return sqliteTaskStore(config.path);
}
