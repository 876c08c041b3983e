import process from 'node:process';
import { execute } from '../tasks/execution.ts';
import { type TaskEngineParts, type TaskRecord, type TaskStore, taskEngine } from '../tasks/index.ts';
import { runBrokenTasks } from './base/index.ts';

/** One in so many is taken over, if it is short: longer ones are cancelled by their clients. */
const every = 3;
const stepsMax = 5;

/**
 * Takes tasks over from an owner that lives and works on, as one does that holds its own clock for that of the lease, and
 * commits without a look at who the owner is.
 */
await runBrokenTasks(process, (parts) => {
  const sound = taskEngine(parts);
  let made = 0;
  return {
    ...sound,
    async create(tool, args, options) {
      const task = await sound.create(tool, args, options);
      if (Number(args.steps) > stepsMax || args.needInput) return task;
      made += 1;
      if (made % every === 0) takeOver(task, parts);
      return task;
    },
  };
});

function takeOver(task: TaskRecord, parts: TaskEngineParts): void {
  const { taskId, opId } = task;
  const tool = parts.tools.find(({ name }) => name === task.tool);
  if (!tool || opId === null) return;
  parts.ledger?.write({ event: 'task', what: 'taken-over', taskId, opId });
  const means = { ...parts, store: ownedByMe(parts.store, task), onChanged: () => {}, onEnded: () => {} };
  execute(task, tool, means);
}

/** What the other owner made of the task is not seen; the effect comes about all the same. */
function ownedByMe(store: TaskStore, task: TaskRecord): TaskStore {
  return {
    ...store,
    change(_taskId, decide, effect) {
      const next = decide(task);
      if (typeof next === 'string') return next;
      effect?.();
      return next;
    },
  };
}
