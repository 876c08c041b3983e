import type { Dispatcher } from 'undici';
import { opIdKey } from '../record/index.ts';
import { exchange } from './exchange.ts';
import { judgeExchange, toToolResult } from './tool-answer.ts';
import type { Answer, Connection, ConnectionClient, SessionOpened, ToolCall, ToolResult } from './types.ts';
import { clientInfo, requestIdHeader, type WireTarget } from './wire-target.ts';

const revision = '2025-11-25';

/** How long a `notifications/cancelled` may take; its answer is of no interest. */
const cancelTimeoutMs = 1000;

/**
 * A client of 2025-11-25: `initialize`, `notifications/initialized`, calls within the session, DELETE.
 * Source: specification 2025-11-25, basic/lifecycle and basic/transports.
 */
export function statefulConnection(target: WireTarget, client: ConnectionClient): Connection {
  let sessionId: string | null = null;
  let established = false;
  let lastId = 0;

  const post = (body: object, requestId: string, signal: AbortSignal, id: number | null) =>
    exchange(target.dispatcher, request('POST', requestId, signal, JSON.stringify(body)), id);

  const request = (
    method: 'POST' | 'DELETE',
    requestId: string,
    signal: AbortSignal,
    body: string | null,
  ): Dispatcher.RequestOptions => ({
    origin: target.origin,
    path: target.path,
    method,
    headers: {
      accept: 'application/json, text/event-stream',
      [requestIdHeader]: requestId,
      ...(body === null ? {} : { 'content-type': 'application/json' }),
      ...(established ? { 'mcp-protocol-version': revision } : {}),
      ...(sessionId === null ? {} : { 'mcp-session-id': sessionId }),
    },
    body,
    signal,
  });

  const open = async (signal: AbortSignal): Promise<Answer<SessionOpened>> => {
    sessionId = null;
    established = false;
    lastId += 1;
    const id = lastId;
    const requestId = client.nextRequestId();
    const params = { protocolVersion: revision, capabilities: {}, clientInfo };
    const exchanged = await post({ jsonrpc: '2.0', id, method: 'initialize', params }, requestId, signal, id);
    const answer = judgeExchange(exchanged, { id, requestId, inSession: false });
    if (answer.outcome !== 'ok') return answer;
    if (answer.value.protocolVersion !== revision) {
      const message = `the server speaks ${JSON.stringify(answer.value.protocolVersion)}, not ${revision}`;
      return { outcome: 'fail', failure: { kind: 'rejected', message }, requestId };
    }
    const header = 'headers' in exchanged ? exchanged.headers['mcp-session-id'] : undefined;
    sessionId = typeof header === 'string' ? header : null;
    established = true;
    await client.turnAround(signal);
    return confirm(requestId, signal);
  };

  /** Tells the server that the client is ready. The session stands even if this is lost on the way. */
  const confirm = async (opened: string, signal: AbortSignal): Promise<Answer<SessionOpened>> => {
    const requestId = client.nextRequestId();
    const notification = { jsonrpc: '2.0', method: 'notifications/initialized' };
    const exchanged = await post(notification, requestId, signal, null);
    const answer = judgeExchange(exchanged, { id: 0, requestId, inSession: sessionId !== null });
    const lost = answer.outcome !== 'ok' && answer.failure.kind === 'unknown-session';
    const value: SessionOpened = lost
      ? { sessionId, lost: { failure: answer.failure, requestId } }
      : { sessionId };
    return { outcome: 'ok', value, requestId: opened };
  };

  const call = async (
    { tool, arguments: args, opId }: ToolCall,
    signal: AbortSignal,
  ): Promise<Answer<ToolResult>> => {
    lastId += 1;
    const id = lastId;
    const requestId = client.nextRequestId();
    const params = { name: tool, arguments: args, _meta: { [opIdKey]: opId } };
    const exchanged = await post({ jsonrpc: '2.0', id, method: 'tools/call', params }, requestId, signal, id);
    if ('failure' in exchanged && exchanged.sent && signal.aborted) cancel(id);
    const answer = judgeExchange(exchanged, { id, requestId, inSession: sessionId !== null });
    return answer.outcome === 'ok' ? { ...answer, value: toToolResult(answer.value) } : answer;
  };

  /** A closed connection is no cancellation in this revision; it must be said (basic/utilities/cancellation). */
  const cancel = (id: number) => {
    const params = { requestId: id, reason: 'the deadline has passed' };
    const notification = { jsonrpc: '2.0', method: 'notifications/cancelled', params };
    target.background(post(notification, client.nextRequestId(), AbortSignal.timeout(cancelTimeoutMs), null));
  };

  const close = async (signal: AbortSignal) => {
    if (sessionId === null) return {};
    const exchanged = await exchange(
      target.dispatcher,
      request('DELETE', client.nextRequestId(), signal, null),
      null,
    );
    sessionId = null;
    return 'status' in exchanged ? { status: exchanged.status } : {};
  };

  return { open, call, close };
}
