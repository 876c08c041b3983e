import type { InputAnswer, InputWatch } from '../client/index.ts';
import type { StopSignal } from '../core/index.ts';
import type { InputEvent } from '../record/index.ts';
import { type AnswersOptions, durationMs } from '../scenario/index.ts';
import type { ClientContext } from './types.ts';

/** What a user says to every question, and how long that takes. */
export interface User {
  answer: InputAnswer;
  afterMs: number;
}

/** The user that a journey describes. */
export function userOf({ action, content, after, tamper }: AnswersOptions): User {
  return { answer: { action, content, tamper }, afterMs: durationMs(after) };
}

type Asked = Pick<Extract<InputEvent, { type: 'asked' }>, 'round' | 'requestId' | 'how'>;
type Answered = Parameters<InputWatch['onAnswered']>[0];

/** Questions and answers of one operation, as they are recorded. */
export interface InputTalk {
  /** @returns the answer as soon as the user gives it; undefined if `signal` stops that. */
  ask(asked: Asked, signal: StopSignal): Promise<InputAnswer | undefined>;
  /** An answer was sent, and this came of it. @param sentUs when; by default, when the user gave it. */
  answered(answered: Answered, sentUs?: number): void;
}

export function inputTalk(
  { client, opId }: { client: string; opId: string },
  { answer, afterMs }: User,
  { clock, events }: Pick<ClientContext, 'clock' | 'events'>,
): InputTalk {
  const givenUs = new Map<number, number>();
  return {
    async ask({ round, requestId, how }, signal) {
      const atUs = clock.nowUs();
      events.write({ type: 'asked', atUs, client, opId, round, requestId, how });
      if (afterMs > 0) await clock.sleepUntil(atUs + afterMs * 1000, signal).catch(() => {});
      if (signal.aborted) return undefined;
      givenUs.set(round, clock.nowUs());
      return answer;
    },
    answered({ round, requestId, tampered, status, failure }, sentUs = givenUs.get(round)) {
      const atUs = clock.nowUs();
      const { action } = answer;
      events.write({
        ...{ type: 'answered', atUs, client, opId, round, requestId },
        ...{ sentUs: sentUs ?? atUs, action, tampered, status },
        ...(failure && { failure }),
      });
    },
  };
}

/**
 * For one exchange on whose stream, or by whose result, a server may ask.
 * @param earlier rounds that the operation has had in exchanges before this one.
 */
export function watchOf(
  talk: InputTalk,
  limits: Pick<InputWatch, 'roundsMax' | 'answerMs'>,
  earlier = 0,
): InputWatch {
  return {
    ...limits,
    onAsked: (asked, signal) => talk.ask({ ...asked, round: earlier + asked.round }, signal),
    onAnswered: (answered) => talk.answered({ ...answered, round: earlier + answered.round }),
  };
}
