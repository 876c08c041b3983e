import process from 'node:process';
import { taskEngine } from '../tasks/index.ts';
import { runBrokenTasks } from './base/index.ts';

/** One in so many is lost. */
const every = 5;

/** Forgets tasks while they run, as an owner does that has moved them and not told anyone where. */
await runBrokenTasks(process, (parts) => {
  const { store } = parts;
  const toLose = new Set<string>();
  let made = 0;
  return taskEngine({
    ...parts,
    store: {
      ...store,
      create(task, leaseMs) {
        made += 1;
        if (made % every === 0) toLose.add(task.taskId);
        return store.create(task, leaseMs);
      },
      // The first sign of it is the last: who asks finds nothing, and its owner cannot go on.
      get: (taskId) => (toLose.has(taskId) ? undefined : store.get(taskId)),
      change: (taskId, decide, effect) =>
        toLose.has(taskId) ? undefined : store.change(taskId, decide, effect),
    },
  });
});
