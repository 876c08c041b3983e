import { jsonText } from '../core/index.ts';
import type { Failure } from '../record/index.ts';
import type { JsonRpcResponse } from './answer-body.ts';
import { type Exchanged, shorten } from './exchange.ts';
import type { Answer, ToolResult } from './types.ts';
import { isUnknownSession } from './unknown-session.ts';

/**
 * JSON-RPC errors that a server gives before it has carried anything out, so that there is certainly no
 * effect. Any other error, -32603 among them, may come from the middle of the work.
 */
const rejectedCodes = new Set([-32700, -32600, -32601, -32602, -32020, -32021, -32022]);

interface Expected {
  id: number | string;
  requestId: string;
  inSession: boolean;
  orTask?: boolean;
  orInput?: boolean;
}

/**
 * Turns an exchange into an answer: `ok` with the result, `fail` (certainly no effect) or `info` (unknown).
 * @param inSession whether the request carried a session id, so that an unknown-session answer is one.
 * @param orTask whether the client offered to handle a task instead of a complete result (2026-07-28).
 * @param orInput whether it offered to be asked for input (2026-07-28).
 */
export function judgeExchange(exchanged: Exchanged, context: Expected): Answer<Record<string, unknown>> {
  const answer = judgeAnswer(exchanged, context);
  answer.transcript = exchanged.transcript;
  return answer;
}

function judgeAnswer(
  exchanged: Exchanged,
  { id, requestId, inSession, orTask, orInput }: Expected,
): Answer<Record<string, unknown>> {
  if ('failure' in exchanged) {
    const outcome = exchanged.sent ? 'info' : 'fail';
    return { outcome, failure: exchanged.failure, requestId };
  }
  const { status, message } = exchanged;
  const code = codeOf(message);
  const failure = (kind: Failure['kind'], text: string): Failure => ({
    kind,
    status,
    ...(code !== undefined && { code }),
    message: shorten(text),
  });
  // Servers also refuse in plain text, or in JSON of their own.
  const plain = status >= 400 ? exchanged.transcript.answerBody : '';
  const said = typeof message?.error?.message === 'string' ? message.error.message : plain;

  if (inSession && isUnknownSession(status, code, said)) {
    return { outcome: 'fail', failure: failure('unknown-session', said), requestId };
  }
  if (status >= 500) return { outcome: 'info', failure: failure('broken', said), requestId };
  if (status >= 400) return { outcome: 'fail', failure: failure('rejected', said), requestId };
  if (status !== 200 || message === undefined) {
    return {
      outcome: 'info',
      failure: failure('malformed', 'no JSON-RPC response in the answer'),
      requestId,
    };
  }
  if (message.id !== id) {
    const text = `the answer is to request ${jsonText(message.id, 100)}, not to ${id}`;
    return { outcome: 'info', failure: { ...failure('malformed', text), misdelivered: true }, requestId };
  }
  return judgeMessage(message, { code, failure, said, requestId, orTask, orInput });
}

/** An integer, as JSON-RPC has it: the record holds no other number, 1e300 for one. */
function codeOf(message: JsonRpcResponse | undefined): number | undefined {
  const code = message?.error?.code;
  return typeof code === 'number' && Number.isSafeInteger(code) ? code : undefined;
}

function judgeMessage(
  message: JsonRpcResponse,
  context: {
    code: number | undefined;
    failure: (kind: Failure['kind'], text: string) => Failure;
    said: string;
    requestId: string;
    orTask: boolean | undefined;
    orInput: boolean | undefined;
  },
): Answer<Record<string, unknown>> {
  const { code, failure, said, requestId, orTask, orInput } = context;
  if (message.error !== undefined) {
    const certain = code !== undefined && rejectedCodes.has(code);
    return certain
      ? { outcome: 'fail', failure: failure('rejected', said), requestId }
      : { outcome: 'info', failure: failure('broken', said), requestId };
  }
  const { result } = message;
  if (typeof result !== 'object' || result === null) {
    return {
      outcome: 'info',
      failure: failure('malformed', 'the answer has neither result nor error'),
      requestId,
    };
  }
  const resultType = (result as { resultType?: unknown }).resultType ?? 'complete';
  const isHandled =
    resultType === 'complete' ||
    (resultType === 'task' && orTask) ||
    (resultType === 'input_required' && orInput);
  if (!isHandled) {
    const text = `the result is of type ${jsonText(resultType, 100)}, which this client did not offer to handle`;
    return { outcome: 'info', failure: failure('malformed', text), requestId };
  }
  return { outcome: 'ok', value: result as Record<string, unknown>, requestId };
}

/** The answer to `tools/call`. */
export function toToolAnswer(answer: Answer<Record<string, unknown>>): Answer<ToolResult> {
  if (answer.outcome !== 'ok') return answer;
  const { value, requestId, transcript } = answer;
  return { outcome: 'ok', value: toToolResult(value), requestId, transcript };
}

export function toToolResult(result: Record<string, unknown>): ToolResult {
  const meta = result._meta;
  return {
    content: Array.isArray(result.content) ? result.content : [],
    structuredContent: result.structuredContent,
    isError: result.isError === true,
    meta: typeof meta === 'object' && meta !== null ? (meta as Record<string, unknown>) : {},
  };
}
