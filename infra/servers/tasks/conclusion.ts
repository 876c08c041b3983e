import { HarnessError } from '../../../src/core/index.ts';
import type { Conduct, Tool } from '../tools/index.ts';
import { completed } from './records.ts';
import type { TaskEngineParts, TaskRecord } from './types.ts';

/**
 * Ends a task whose effect stands in the ledger already, though the store has no end of it: whoever had it died between
 * the two, or its store did not answer. The effect does not come about again. What the tool came to it says once more, as
 * all of its steps are done; who has cancelled it meanwhile came too late.
 *
 * @returns the task as it stands now; undefined if it is another's, or forgotten.
 * @throws whatever the store throws: the task stays as it is kept, and is taken up from there.
 */
export async function conclude(
  task: TaskRecord,
  tool: Tool,
  { store, policy, owner, ledger, toolContext }: TaskEngineParts,
): Promise<TaskRecord | undefined> {
  const context = { ...toolContext(task), signal: new AbortController().signal, conduct: afterwards(task) };
  const outcome = await tool.run(task.args, context);
  if (outcome.kind !== 'done') {
    throw new HarnessError('internal', `${tool.name} has an effect, and cannot say what it came to`);
  }
  const next = await store.change(
    task.taskId,
    completed(owner, { ...outcome, evenIfCancelled: true }, policy),
  );
  if (typeof next !== 'object') return undefined;
  const { taskId, opId, status } = next;
  if (opId !== null && status === 'completed') ledger?.write({ event: 'task', what: status, taskId, opId });
  return next;
}

/** Of work that was done to its end: there is nothing to keep any more, and nobody to be asked. */
function afterwards({ steps, inputResponses }: TaskRecord): Conduct {
  return {
    doneSteps: steps,
    stepDone: async () => {},
    ask: async (key) => inputResponses[key],
    countFailure: async () => Number.POSITIVE_INFINITY,
  };
}
