import type { StopSignal } from '../core/index.ts';
import { judgeError, judgeSeen, notAccepted, okAnswer, type Seen } from './sdk-seen.ts';
import { toToolResult } from './tool-answer.ts';
import type { Answer, ToolResult } from './types.ts';

/** What the SDK came to, and the exchanges it made, without those whose answer nobody waits for. */
export type Acted<T> = { exchanges: Seen[] } & ({ value: T } | { error: unknown });

interface Context {
  signal: StopSignal;
  inSession: boolean;
  nextRequestId: () => string;
}

/** Judges a call of a tool: by what the SDK makes of it, and else by its last exchange. */
export function judgeCall(acted: Acted<Record<string, unknown>>, context: Context): Answer<ToolResult> {
  const seen = acted.exchanges.at(-1);
  if ('value' in acted && seen) return okAnswer(toToolResult(acted.value), seen);
  return judgeError('error' in acted ? acted.error : undefined, seen, context);
}

/**
 * Judges an act of one request by its exchange, as the wire client would; it is malformed if only the SDK does not accept it.
 * @param read makes of an answer what was asked for; it sees an answer that the SDK did not accept, too.
 */
export function judgeActed<T>(
  acted: Acted<unknown>,
  read: (answer: Answer<Record<string, unknown>>) => Answer<T>,
  context: Context & { orTask?: boolean },
): Answer<T> {
  const seen = acted.exchanges.at(-1);
  const error = 'error' in acted ? acted.error : undefined;
  const isInterrupted = 'error' in acted && context.signal.aborted;
  if (seen === undefined || isInterrupted) return read(judgeError(error, seen, context));
  const answer = read(judgeSeen(seen, context.inSession, { orTask: context.orTask ?? false }));
  return answer.outcome === 'ok' && 'error' in acted ? notAccepted(error, seen) : answer;
}
