import type { InputAnswer, InputWatch, ToolResult } from '../client/index.ts';
import { HarnessError, type StopSignal } from '../core/index.ts';
import { durationMs } from '../scenario/index.ts';
import { type Attempted, attempt, type Means, type Send, type Tried } from './attempts.ts';
import type { ClientContext } from './types.ts';

/** A server may ask for ever. */
const roundsMax = 10;

/** Carries out a call in whose middle its server may ask; what it asked, and what was answered, is recorded. */
export function attemptAnswering(
  operation: Attempted,
  args: Record<string, unknown>,
  means: Means,
  context: ClientContext,
  signal: StopSignal,
): Promise<Tried> {
  const { step } = operation;
  const { answers } = step;
  const send: Send<ToolResult> = (connection, call, _step, until) => {
    const { callAnswering } = connection;
    if (callAnswering === undefined || answers === undefined) {
      throw new HarnessError('internal', 'this client cannot be asked');
    }
    const answer = { action: answers.action, content: answers.content, tamper: answers.tamper };
    return callAnswering(call, watchOf(operation, answer, durationMs(answers.after), context), until);
  };
  return attempt(operation, args, means, context, signal, send);
}

function watchOf(
  { client, opId }: Attempted,
  answer: InputAnswer,
  afterMs: number,
  { clock, events }: ClientContext,
): InputWatch {
  const sentUs = new Map<number, number>();
  return {
    roundsMax,
    async onAsked({ round, requestId, how }, signal) {
      const atUs = clock.nowUs();
      events.write({ type: 'asked', atUs, client, opId, round, requestId, how });
      if (afterMs > 0) await clock.sleepUntil(atUs + afterMs * 1000, signal).catch(() => {});
      if (signal.aborted) return undefined;
      sentUs.set(round, clock.nowUs());
      return answer;
    },
    onAnswered({ round, requestId, tampered, status, failure }) {
      const atUs = clock.nowUs();
      events.write({
        type: 'answered',
        atUs,
        client,
        opId,
        round,
        requestId,
        sentUs: sentUs.get(round) ?? atUs,
        action: answer.action,
        tampered,
        status,
        ...(failure && { failure }),
      });
    },
  };
}
