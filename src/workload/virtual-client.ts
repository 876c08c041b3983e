import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ConnectionClient } from '../client/index.ts';
import { TimeLimit } from '../core/index.ts';
import { type ClientSchedule, fillTemplate } from '../scenario/index.ts';
import type { Means } from './attempts.ts';
import { clientSession } from './client-session.ts';
import { clientTasks } from './client-tasks.ts';
import { type IntendedOperation, perform, unsent } from './operation.ts';
import { subscription } from './subscription.ts';
import { performBeside } from './task-beside.ts';
import { turns } from './task-turns.ts';
import type { ClientContext } from './types.ts';

/** How long the DELETE at a session's end may take. */
const closeTimeoutMs = 2000;

/**
 * One client, from its arrival to its leave. Every operation it intends gets exactly one record, also those
 * that are never sent. Resolves when it has left; never rejects for what a server does.
 */
export async function runClient(
  schedule: ClientSchedule,
  context: ClientContext,
  row: Readonly<Record<string, unknown>>,
): Promise<void> {
  const { clock, events, beginUs, signal, progress } = context;
  const { client } = schedule;
  let exchanges = 0;
  const meanUs = context.turnaroundMs * 1000;
  const self: ConnectionClient = {
    // A task may ask, whatever the journey says of answers.
    answers: schedule.answers || schedule.hasTasks,
    nextRequestId: () => {
      exchanges += 1;
      return `${client}-${exchanges}`;
    },
    // Without it, the requests of a handshake would follow each other so closely on loopback that strict
    // rotation never gave two of them to one replica, instead of one in N as where arrivals mix.
    turnAround: (stop) =>
      clock.sleepUntil(clock.nowUs() + meanUs * (0.5 + schedule.prng.next()), stop).catch(() => {}),
  };
  const connection = context.connector.connect(self);
  const session = clientSession(client, connection, self, context);
  const tasks = schedule.hasTasks ? clientTasks(client, { connection, session, self }, context) : undefined;
  const means: Means = { connection, session, self, tasks };
  const values = new Map<string, unknown>([
    ...context.constants,
    ...Object.entries(row).map(([column, value]): [string, unknown] => [`data.${column}`, value]),
    ['client', client],
  ]);

  progress.clientArrived();
  {
    // Opening a session has the same deadline as a call.
    using limit = new TimeLimit(signal, Math.ceil(context.deadlineMs));
    await session.ensure(limit, beginUs + schedule.arrivalUs);
  }

  const sessionTurns = tasks?.side.turns ?? turns();
  const filled = fillTemplate(schedule.subscribes, values);
  const topics = 'value' in filled ? (filled.value as string[]) : [];
  const listening =
    topics.length > 0
      ? subscription(topics, { client, connection, session, turns: sessionTurns }, context)
      : undefined;

  let index = 0;
  let previousUs = clock.nowUs();
  for (const { step, due, untilUs, afterCollect } of schedule.calls) {
    if (afterCollect === true && tasks?.isBusy) {
      await tasks.collect();
      previousUs = clock.nowUs();
    }
    const intendedUs = 'atUs' in due ? beginUs + due.atUs : previousUs + due.afterPreviousUs;
    if (intendedUs > beginUs + untilUs) {
      schedule.endRepeat();
      continue;
    }
    if (session.usable && clock.nowUs() < intendedUs) {
      await clock.sleepUntil(intendedUs, signal).catch(() => {});
    }
    if (signal.aborted) break;
    const operation: IntendedOperation = { opId: `${client}.${index}`, client, index, step, intendedUs };
    index += 1;
    if (step.task?.wait === false && tasks && session.usable) {
      await performBeside(operation, values, { ...means, tasks }, context);
      previousUs = Math.max(clock.nowUs(), intendedUs);
      continue;
    }
    const record = !session.usable
      ? unsent(operation, clock.nowUs(), 'gave-up', 'the client gave up after its session was lost')
      : (tasks?.isBusy || listening) && step.task === undefined
        ? await sessionTurns.take(() => perform(operation, values, means, context))
        : await perform(operation, values, means, context);
    events.write(record);
    progress.operationEnded(record.outcome);
    // What is not sent waits for nothing; timers, signals and other clients must get their turn all the same.
    if (record.startUs === null) await nextTurn();
    previousUs = Math.max(record.endUs, intendedUs);
  }
  // Also when the run is cut short: what is under way ends soon then, and has its record.
  await tasks?.collect();
  await listening?.end();
  if (signal.aborted) return;
  using limit = new TimeLimit(signal, closeTimeoutMs);
  await tasks?.close(limit);
  await session.close(limit);
  events.write({ type: 'client-ended', atUs: clock.nowUs(), client, operations: index });
}
