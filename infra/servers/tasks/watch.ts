import { messageOf } from '../../../src/core/index.ts';
import { isFinal, type TaskRecord, type TaskStore } from './types.ts';

interface Watcher {
  /** The version that it was told last. */
  version: number;
  listener(task: TaskRecord): void;
}

export interface Watch {
  add(taskId: string, listener: Watcher['listener']): () => void;
  /** A state that this process knows of, whoever made it. */
  tell(task: TaskRecord): void;
  /** Looks for what others made of the tasks that are watched. */
  look(): Promise<void>;
  close(): void;
}

/** Tells who watches a task of its present state and of each newer one, in order, and of none twice. */
export function watchTasks(store: TaskStore, onTrouble: (message: string) => void): Watch {
  const watched = new Map<string, Set<Watcher>>();
  const tell = (task: TaskRecord) => {
    const watchers = watched.get(task.taskId) ?? [];
    if (isFinal(task)) watched.delete(task.taskId);
    for (const watcher of watchers) {
      if (watcher.version >= task.version) continue;
      watcher.version = task.version;
      watcher.listener(task);
    }
  };
  const lookAt = async (taskId: string) => {
    const task = await store.get(taskId);
    if (task) tell(task);
  };
  return {
    add(taskId, listener) {
      const watchers = watched.get(taskId) ?? new Set();
      const watcher = { version: 0, listener };
      watchers.add(watcher);
      watched.set(taskId, watchers);
      lookAt(taskId).catch((error) => onTrouble(messageOf(error)));
      return () => {
        watchers.delete(watcher);
        if (watchers.size === 0 && watched.get(taskId) === watchers) watched.delete(taskId);
      };
    },
    tell,
    async look() {
      const taskIds = [...watched.keys()];
      if (taskIds.length === 0) return;
      const versions = await store.versions(taskIds);
      for (const [index, taskId] of taskIds.entries()) {
        const version = versions[index];
        // It was forgotten, and will be heard of no more.
        if (version === undefined) watched.delete(taskId);
        else if ([...(watched.get(taskId) ?? [])].some((watcher) => watcher.version < version)) {
          await lookAt(taskId);
        }
      }
    },
    close: () => watched.clear(),
  };
}
