import type { TaskState } from '../client/index.ts';
import { type Follower, sendInput } from './task-exchanges.ts';
import { pollIntervalUs } from './task-pace.ts';

/** Answers what a task waits for (`input_required`, 2026-07-28). */
export interface InputAnswerer {
  /** Answers each key that this state asks for, once in the task's life. */
  answer(state: TaskState): Promise<void>;
}

/** A server may make up new keys for ever. */
const keysMax = 1000;
/** To everything, as a person would that confirms: an elicitation that is accepted. */
const accepted = { action: 'accept', content: { answer: 'yes' } };

export function inputAnswerer(follower: Follower): InputAnswerer {
  const { clock } = follower.context;
  const answered = new Set<string>();
  /** News come as often as a server likes; what it would not take is sent no more often than it is asked for news. */
  let notBeforeUs = 0;
  return {
    async answer(state) {
      const { inputRequests = {} } = state;
      if (follower.side.connection.tasks.update === undefined || clock.nowUs() < notBeforeUs) return;
      const keys = Object.keys(inputRequests)
        .filter((key) => !answered.has(key))
        .slice(0, keysMax - answered.size);
      if (keys.length === 0) return;
      const answer = await sendInput(follower, Object.fromEntries(keys.map((key) => [key, accepted])));
      // One that broke may not have come; the same key with the same answer is the same answer.
      if (answer.outcome !== 'info' && !(answer.outcome === 'fail' && answer.failure.kind === 'refused')) {
        for (const key of keys) answered.add(key);
      } else notBeforeUs = clock.nowUs() + pollIntervalUs(state, false);
    },
  };
}
