import type { ToolResult } from '../client/index.ts';
import { HarnessError, type StopSignal } from '../core/index.ts';
import { type Attempted, attempt, type Means, type Send, type Tried } from './attempts.ts';
import { inputTalk, userOf, watchOf } from './input-watch.ts';
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
    return callAnswering(call, watchOf(inputTalk(operation, userOf(answers), context), { roundsMax }), until);
  };
  return attempt(operation, args, means, context, signal, send);
}
