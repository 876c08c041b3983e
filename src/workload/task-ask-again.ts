import type { TaskState } from '../client/index.ts';
import { TimeLimit } from '../core/index.ts';
import { askResult, askState, type Follower } from './task-exchanges.ts';
import { pollIntervalUs } from './task-pace.ts';

const triesMax = 3;

/**
 * Asks once more for a result that is known already, `afterMs` from now: whether it is kept as long as was promised.
 * Only a request that broke is made again; what was answered stands in the record.
 */
export async function askAgain(state: TaskState, follower: Follower, afterMs: number): Promise<void> {
  const { context, side } = follower;
  const { clock } = context;
  await clock.sleepUntil(clock.nowUs() + afterMs * 1000, context.signal).catch(() => {});
  using limit = new TimeLimit(context.signal, context.deadlineMs * triesMax);
  const again: Follower = { ...follower, signal: limit };
  for (let tries = 0; tries < triesMax && !limit.aborted; tries += 1) {
    const answer =
      side.connection.tasks.result === undefined ? await askState(again) : await askResult(again);
    if (answer.outcome === 'ok' || isAnswer(answer.failure.kind)) return;
    await clock.sleepUntil(clock.nowUs() + pollIntervalUs(state, false), limit).catch(() => {});
  }
}

function isAnswer(kind: string): boolean {
  return kind === 'unknown-task' || kind === 'rejected' || kind === 'malformed';
}
