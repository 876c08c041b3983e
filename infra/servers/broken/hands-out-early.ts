import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { type TaskRecord, taskEngine } from '../tasks/index.ts';
import { runBrokenTasks } from './base/index.ts';

/** Shorter than a client waits before it asks: what is wrong is seen in the ledger, not by luck. */
const laterMs = 40;

/** Answers with a handle, and stores the task a moment later: should it die between, nobody would know of the task. */
await runBrokenTasks(process, (parts) => {
  const { store } = parts;
  let latest: TaskRecord | undefined;
  const sound = taskEngine({
    ...parts,
    store: {
      ...store,
      async create(task, leaseMs) {
        latest = task;
        await delay(laterMs);
        return store.create(task, leaseMs);
      },
    },
  });
  return {
    ...sound,
    async create(tool, args, options) {
      const stored = sound.create(tool, args, options);
      stored.catch((error) => parts.onTrouble(String(error)));
      return latest ?? stored;
    },
  };
});
