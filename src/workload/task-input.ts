import { type InputWatch, resultOf, type TaskState } from '../client/index.ts';
import { inputTalk, type User, watchOf } from './input-watch.ts';
import { type Follower, sendInput } from './task-exchanges.ts';
import { pollIntervalUs } from './task-pace.ts';

/** Answers what a task waits for (`input_required`). */
export interface InputAnswerer {
  /**
   * 2026-07-28: answers each key that this state asks for, once in the task's life.
   * @param requestId the exchange that told it; null: nobody asked for it.
   */
  answer(state: TaskState, requestId: string | null): Promise<void>;
  /** 2025-11-25: answers what is asked on the stream of one `tasks/result`. */
  watch(): InputWatch;
}

/** A server may make up new keys for ever, and new questions. */
const keysMax = 1000;
const roundsMax = 100;

/** Says to everything what a person would that confirms, at once. */
export const confirming: User = {
  answer: { action: 'accept', content: { answer: 'yes' }, tamper: false },
  afterMs: 0,
};

export function inputAnswerer(follower: Follower): InputAnswerer {
  const { context, user, side, signal } = follower;
  const { clock } = context;
  const talk = inputTalk(follower, user, context);
  const asked = new Set<string>();
  const answered = new Set<string>();
  let rounds = 0;
  /** News come as often as a server likes; what it would not take is sent no more often than it is asked for news. */
  let notBeforeUs = 0;

  const send = async (keys: readonly string[], state: TaskState) => {
    const response = resultOf(user.answer);
    const sentUs = clock.nowUs();
    const answer = await sendInput(follower, Object.fromEntries(keys.map((key) => [key, response])));
    const failure = answer.outcome === 'ok' ? undefined : answer.failure;
    // One that broke may not have come; the same key with the same answer is the same answer.
    if (answer.outcome !== 'info' && failure?.kind !== 'refused') {
      for (const key of keys) answered.add(key);
    } else notBeforeUs = clock.nowUs() + pollIntervalUs(state, false);
    const { requestId, transcript } = answer;
    if (requestId === '') return;
    const status = transcript?.status ?? null;
    talk.answered({ round: rounds, requestId, tampered: false, status, failure }, sentUs);
  };

  return {
    async answer(state, requestId) {
      const { inputRequests = {} } = state;
      if (side.connection.tasks.update === undefined || clock.nowUs() < notBeforeUs) return;
      const keys = Object.keys(inputRequests)
        .filter((key) => !answered.has(key))
        .slice(0, keysMax - answered.size);
      if (keys.length === 0) return;
      if (keys.some((key) => !asked.has(key))) {
        for (const key of keys) asked.add(key);
        rounds += 1;
        const given = await talk.ask({ round: rounds, requestId, how: 'state' }, signal);
        if (given === undefined) return;
      }
      await send(keys, state);
    },
    watch() {
      const limits = { roundsMax: roundsMax - rounds, answerMs: context.deadlineMs };
      const watch = watchOf(talk, limits, rounds);
      const onAsked: InputWatch['onAsked'] = (question, until) => {
        rounds += 1;
        return watch.onAsked(question, until);
      };
      return { ...watch, onAsked };
    },
  };
}
