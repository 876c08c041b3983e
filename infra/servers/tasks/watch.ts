import { isFinal, type TaskRecord, type TaskStore } from './types.ts';

type Listener = (task: TaskRecord) => void;

export interface Watch {
  add(taskId: string, listener: Listener): () => void;
  /** A state that this process knows of, whoever made it. */
  tell(task: TaskRecord): void;
  /** Looks for what others made of the tasks that are watched. */
  look(): Promise<void>;
  close(): void;
}

/** Tells who listens of each newer state of a task, in order, and of none twice. */
export function watchTasks(store: TaskStore): Watch {
  const watched = new Map<string, { version: number; listeners: Set<Listener> }>();
  const tell = (task: TaskRecord) => {
    const entry = watched.get(task.taskId);
    if (!entry || entry.version >= task.version) return;
    entry.version = task.version;
    if (isFinal(task)) watched.delete(task.taskId);
    for (const listener of entry.listeners) listener(task);
  };
  return {
    add(taskId, listener) {
      const entry = watched.get(taskId) ?? { version: 0, listeners: new Set() };
      watched.set(taskId, entry);
      entry.listeners.add(listener);
      return () => {
        entry.listeners.delete(listener);
        if (entry.listeners.size === 0 && watched.get(taskId) === entry) watched.delete(taskId);
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
        else if (version > (watched.get(taskId)?.version ?? version)) {
          const task = await store.get(taskId);
          if (task) tell(task);
        }
      }
    },
    close: () => watched.clear(),
  };
}
