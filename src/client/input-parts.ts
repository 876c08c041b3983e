import type { Failure } from '../record/index.ts';
import { type Exchanged, shorten } from './exchange.ts';
import type { Answer, InputAnswer } from './types.ts';

/** What the wire client and the official ones have in common where they are asked in the middle of a call. */

type Result = Record<string, unknown>;

const relatedTaskKey = 'io.modelcontextprotocol/related-task';

/** To which task a question belongs (2025-11-25), by its `params`; undefined if to none. */
export const relatedTask = (params: unknown): unknown => membersOf(membersOf(params)._meta)[relatedTaskKey];

/** What a client declares that can be asked, by forms. */
export const asksForms = { elicitation: { form: {} } };

/** What a user says, as it is sent; all that belongs to a task says to which one. */
export const resultOf = ({ action, content }: InputAnswer, related?: unknown) => ({
  action,
  ...(action === 'accept' && { content }),
  ...(related !== undefined && { _meta: { [relatedTaskKey]: related } }),
});

/** How an exchange ends that its client lets go of, to be asked again elsewhere. */
export const untaken = {
  kind: 'broken',
  message: 'the client let go of the stream: its answer to a question was not taken',
} as const satisfies Failure;

/** What a client is told of its answer (2025-11-25): that it was accepted, or why not. */
export function outcomeOf(exchanged: Exchanged): { status: number | null; failure: Failure | undefined } {
  if ('failure' in exchanged) return { status: null, failure: exchanged.failure };
  const { status, transcript } = exchanged;
  if (status < 300) return { status, failure: undefined };
  return { status, failure: { kind: 'rejected', status, message: shorten(transcript.answerBody) } };
}

/** What a server asks with, and gives the client to carry (2026-07-28). */
export interface AskedFor {
  keys: readonly string[];
  state: string | undefined;
}

/** Reads a result of the type `input_required`. */
export function askedIn({ inputRequests, requestState }: Result): AskedFor | { wrong: string } {
  const isAbsent = inputRequests === undefined;
  if (!isAbsent && (typeof inputRequests !== 'object' || inputRequests === null)) {
    return { wrong: 'inputRequests is no object' };
  }
  if (requestState !== undefined && typeof requestState !== 'string') {
    return { wrong: 'requestState is no text' };
  }
  const requests = Object.entries(isAbsent ? {} : (inputRequests as Record<string, unknown>));
  if (requests.length === 0 && requestState === undefined) {
    return { wrong: 'input is required, and there is neither a question nor a state' };
  }
  const others = requests.filter(([, request]) => methodOf(request) !== 'elicitation/create');
  if (others.length > 0) return { wrong: 'it is asked for something that it did not declare' };
  return { keys: requests.map(([key]) => key), state: requestState };
}

const membersOf = (value: unknown) => Object(value) as Record<string, unknown>;
const methodOf = (request: unknown) => membersOf(request).method;

const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Another last character: of Base64, one that stands for other bytes. */
export function altered(state: string): string {
  const at = base64url.indexOf(state.at(-1) ?? '');
  return `${state.slice(0, -1)}${base64url[(Math.max(at, 0) + 32) % 64]}`;
}

export const askedTooOften = (roundsMax: number) => `it was asked more than ${roundsMax} times`;

export function malformed(message: string, { requestId, transcript }: Answer<Result>): Answer<never> {
  return { outcome: 'info', failure: { kind: 'malformed', message }, requestId, transcript };
}

/** No answer in time: the call has ended with the question, so it has no effect. */
export function unanswered({ requestId, transcript }: Answer<Result>): Answer<never> {
  const failure = { kind: 'timeout', message: 'no answer to the question by the deadline' } as const;
  return { outcome: 'fail', failure, requestId, transcript };
}
