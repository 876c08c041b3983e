import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Means } from './attempts.ts';
import type { ClientTasks } from './client-tasks.ts';
import { type IntendedOperation, perform } from './operation.ts';
import type { ClientContext } from './types.ts';

/**
 * Begins a task whose end the journey does not wait for. Resolves when its server has acknowledged it, or when it
 * has come to its end before that; its record is written when its fate is known.
 */
export async function performBeside(
  operation: IntendedOperation,
  values: Map<string, unknown>,
  means: Means & { tasks: ClientTasks },
  context: ClientContext,
): Promise<void> {
  const { events, progress } = context;
  const { promise: acknowledged, resolve: onTask } = Promise.withResolvers<void>();
  const carryOut = async () => {
    // Its own view of the values: the journey goes on and changes `opId`.
    const own = new Map(values);
    const record = await perform({ ...operation, onTask }, own, means, context);
    for (const name of Object.keys(operation.step.save ?? {})) {
      if (own.has(name)) values.set(name, own.get(name));
      else values.delete(name);
    }
    events.write(record);
    progress.operationEnded(record.outcome);
    // What is not sent waits for nothing; others must get their turn all the same.
    if (record.startUs === null) await nextTurn();
  };
  const work = carryOut();
  await means.tasks.beside(work);
  await Promise.race([acknowledged, work]);
}
