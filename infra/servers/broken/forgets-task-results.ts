import process from 'node:process';
import { isFinal, taskEngine } from '../tasks/index.ts';
import { runBrokenTasks } from './base/index.ts';

/** Promises to keep a task, and forgets it when its result has been fetched once. */
await runBrokenTasks(process, (parts) => {
  const sound = taskEngine(parts);
  const fetched = new Set<string>();
  return {
    ...sound,
    async get(taskId) {
      if (fetched.has(taskId)) return undefined;
      const task = await sound.get(taskId);
      if (task && isFinal(task)) fetched.add(taskId);
      return task;
    },
  };
});
