import type { StopSignal } from '../core/index.ts';
import type { Failure } from '../record/index.ts';
import type { Exchanged } from './exchange.ts';
import { type StreamHandler, streamExchange } from './stream-exchange.ts';
import { breakOf, seeProgress, streamMeta, wasDropped } from './stream-parts.ts';
import { judgeExchange, toToolAnswer } from './tool-answer.ts';
import type { Answer, ConnectionClient, StreamCall, StreamWatch, ToolResult } from './types.ts';
import { headOf, requestIdHeader, type WireTarget } from './wire-target.ts';

/** What a stream needs of the connection it belongs to. */
interface Owner {
  target: WireTarget;
  client: ConnectionClient;
  session(): { id: string | null; head: string };
  nextId(): number;
  cancel(id: number): void;
}

/** Event ids are the server's, and are sent back in a header: what a header cannot carry is none. */
export const isEventId = /^[\x21-\x7e]{1,1024}$/;
/** A server that says so may have a client wait, but not for ever. */
const retryMaxMs = 10_000;

/**
 * A call with a stream in 2025-11-25, which can be resumed: by GET with the id of the last event that came.
 * Source: specification 2025-11-25, basic/transports, "Resumability and Redelivery".
 */
export function streamOf({ target, client, session, nextId, cancel }: Owner) {
  const heads = { POST: headOf(target, 'POST'), GET: headOf(target, 'GET') };

  return async (call: StreamCall, watch: StreamWatch, signal: StopSignal): Promise<Answer<ToolResult>> => {
    const id = nextId();
    const { head: sessionHead, id: sessionId } = session();
    let lastEventId: string | null = null;
    let retryMs = 0;
    const handler: StreamHandler = {
      onEvent(event, message) {
        if (event.id !== undefined) lastEventId = isEventId.test(event.id) ? event.id : null;
        return seeProgress(watch, message);
      },
      onRetry: (ms) => {
        retryMs = Math.min(ms, retryMaxMs);
      },
    };
    const send = (method: 'POST' | 'GET', more: string, body: string | null, requestId: string) => {
      const head = `${heads[method]}${sessionHead}${more}${requestIdHeader}: ${requestId}\r\n`;
      const protocolBytes = sessionHead.length + more.length;
      const request = { method, path: target.path, head, body, id, protocolBytes };
      return streamExchange(target.pool, request, handler, signal);
    };

    const params = { name: call.tool, arguments: call.arguments, _meta: streamMeta(call) };
    const asked = JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params });
    let requestId = client.nextRequestId();
    let exchanged = await send('POST', '', asked, requestId);
    let isResumed = false;
    for (;;) {
      const failure = breakOf(exchanged);
      if (failure === undefined) break;
      const dropped = wasDropped(failure);
      const wantsRest = watch.onBreak({ requestId, failure, dropped, lastEventId });
      if (!wantsRest || lastEventId === null) break;
      await waitFor(retryMs, client, signal);
      if (signal.aborted) break;
      requestId = client.nextRequestId();
      isResumed = true;
      exchanged = await send('GET', `last-event-id: ${lastEventId}\r\n`, null, requestId);
      watch.onResumed({ requestId, ...outcomeOf(exchanged) });
    }
    if ('failure' in exchanged && exchanged.sent && signal.aborted) cancel(id);
    const answer = toToolAnswer(judgeExchange(exchanged, { id, requestId, inSession: sessionId !== null }));
    return isResumed ? uncertain(answer) : answer;
  };
}

/** The turnaround time of a client, and as long as the server asks for. */
async function waitFor(retryMs: number, client: ConnectionClient, signal: StopSignal): Promise<void> {
  await client.turnAround(signal);
  if (retryMs === 0 || signal.aborted) return;
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, retryMs);
    signal.addEventListener('abort', end);
  });
}

/** What came of asking for the rest: a stream, however it ended; or why there was none. */
export function outcomeOf(exchanged: Exchanged): { status: number | null; failure: Failure | undefined } {
  const { status, answerBody } = exchanged.transcript;
  if (status !== undefined && status < 300) return { status, failure: undefined };
  if ('failure' in exchanged) return { status: status ?? null, failure: exchanged.failure };
  const message = answerBody.slice(0, 500);
  return { status: exchanged.status, failure: { kind: 'rejected', status: exchanged.status, message } };
}

/** That the rest was refused says nothing of the call itself, which had been sent before. */
export function uncertain(answer: Answer<ToolResult>): Answer<ToolResult> {
  if (answer.outcome !== 'fail') return answer;
  const { failure } = answer;
  const kind = failure.kind === 'unknown-session' ? failure.kind : 'broken';
  return { ...answer, outcome: 'info', failure: { ...failure, kind } };
}
