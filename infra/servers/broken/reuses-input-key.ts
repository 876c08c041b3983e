import process from 'node:process';
import { taskEngine } from '../tasks/index.ts';
import { runBrokenTasks } from './base/index.ts';

/**
 * Asks a second question under the key of the first (SEP-2663: a key must not be used again). A client that tells questions
 * by their keys has answered it already, and the task waits for ever.
 */
await runBrokenTasks(process, (parts) => {
  const sound = taskEngine(parts);
  const { store } = parts;
  const askedTwice = new Set<string>();
  return {
    ...sound,
    async update(taskId, inputResponses) {
      if (askedTwice.has(taskId)) return sound.update(taskId, inputResponses);
      askedTwice.add(taskId);
      const next = await store.change<never>(taskId, (task) => ({
        ...task,
        inputRequests: Object.fromEntries(
          Object.entries(task.inputRequests).map(([key, { method, params }]) => [
            key,
            { method, params: { ...params, message: 'And is that certain?' } },
          ]),
        ),
      }));
      return next;
    },
  };
});
