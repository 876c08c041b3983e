import process from 'node:process';
import { taskEngine } from '../tasks/index.ts';
import { runBrokenTasks } from './base/index.ts';

/** Acknowledges that a task is to be cancelled, and goes on with it to its effect. */
await runBrokenTasks(process, (parts) => {
  const sound = taskEngine(parts);
  return { ...sound, cancel: (taskId) => sound.get(taskId) };
});
