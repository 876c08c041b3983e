import { jsonText, negotiable, neverStops, type StopSignal, TimeLimit } from '../core/index.ts';
import { opIdKey } from '../record/index.ts';
import { listenTo, type Message } from './event-stream.ts';
import { type Exchanged, exchange } from './exchange.ts';
import { headerOf } from './http/index.ts';
import { asksForms } from './input-parts.ts';
import { listenFailure } from './listen.ts';
import { judgeExchange, toToolAnswer } from './tool-answer.ts';
import { transferredBytes } from './transcript.ts';
import type {
  Answer,
  Connection,
  ConnectionClient,
  InputWatch,
  SessionOpened,
  ToolCall,
  ToolResult,
} from './types.ts';
import { subscriptionOf } from './wire-stateful-changes.ts';
import { answeringOf } from './wire-stateful-input.ts';
import { streamOf } from './wire-stateful-stream.ts';
import { statefulTasks } from './wire-stateful-tasks.ts';
import { clientInfo, headOf, requestIdHeader, type WireTarget } from './wire-target.ts';

const revision = '2025-11-25';

/** How long a `notifications/cancelled` may take; its answer is of no interest. */
export const cancelTimeoutMs = 1000;

/**
 * A client of 2025-11-25: `initialize`, `notifications/initialized`, calls within the session, DELETE.
 * Source: specification 2025-11-25, basic/lifecycle and basic/transports.
 */
export function statefulConnection(target: WireTarget, client: ConnectionClient): Connection {
  const posted = headOf(target, 'POST');
  let sessionId: string | null = null;
  /** Headers of every request once a session is established. */
  let sessionHead = '';
  let lastId = 0;

  const send = (
    method: 'POST' | 'DELETE',
    body: object | null,
    { requestId, id }: { requestId: string; id: number | null },
    signal: StopSignal,
  ): Promise<Exchanged> => {
    const fixed = method === 'POST' ? posted : headOf(target, method);
    return exchange(
      target.pool,
      {
        method,
        path: target.path,
        head: `${fixed}${sessionHead}${requestIdHeader}: ${requestId}\r\n`,
        body: body === null ? null : JSON.stringify(body),
        id,
        protocolBytes: sessionHead.length,
      },
      signal,
    );
  };

  const open = async (signal: StopSignal): Promise<Answer<SessionOpened>> => {
    sessionId = null;
    sessionHead = '';
    lastId += 1;
    const id = lastId;
    const requestId = client.nextRequestId();
    const capabilities = client.answers ? asksForms : {};
    const params = { protocolVersion: revision, capabilities, clientInfo };
    const asked = { jsonrpc: '2.0', id, method: 'initialize', params };
    const exchanged = await send('POST', asked, { requestId, id }, signal);
    const answer = judgeExchange(exchanged, { id, requestId, inSession: false });
    if (answer.outcome !== 'ok') return answer;
    const spoken = answer.value.protocolVersion;
    if (typeof spoken !== 'string' || !negotiable.includes(spoken)) {
      const message = `the server speaks ${jsonText(spoken, 100)}, not ${negotiable.join(', ')}`;
      const { transcript } = exchanged;
      return { outcome: 'fail', failure: { kind: 'rejected', message }, requestId, transcript };
    }
    sessionId = ('head' in exchanged ? headerOf(exchanged.head, 'mcp-session-id') : undefined) ?? null;
    const session = sessionId === null ? '' : `mcp-session-id: ${sessionId}\r\n`;
    sessionHead = `mcp-protocol-version: ${spoken}\r\n${session}`;
    await client.turnAround(signal);
    return confirm(requestId, exchanged, signal);
  };

  /** Tells the server that the client is ready. The session stands even if this is lost on the way. */
  const confirm = async (
    opened: string,
    initialized: Exchanged,
    signal: StopSignal,
  ): Promise<Answer<SessionOpened>> => {
    const requestId = client.nextRequestId();
    const notification = { jsonrpc: '2.0', method: 'notifications/initialized' };
    const exchanged = await send('POST', notification, { requestId, id: null }, signal);
    const answer = judgeExchange(exchanged, { id: 0, requestId, inSession: sessionId !== null });
    const { transcript } = exchanged;
    const bytes = transferredBytes(initialized.transcript) + transferredBytes(transcript);
    const value: SessionOpened = { sessionId, cost: { requests: 2, bytes } };
    if (answer.outcome !== 'ok' && answer.failure.kind === 'unknown-session') {
      value.lost = { failure: answer.failure, requestId, transcript };
    }
    return { outcome: 'ok', value, requestId: opened };
  };

  /** A request within the session. */
  const ask = async (
    method: string,
    params: object,
    signal: StopSignal,
  ): Promise<Answer<Record<string, unknown>>> => {
    lastId += 1;
    const id = lastId;
    const requestId = client.nextRequestId();
    const exchanged = await send('POST', { jsonrpc: '2.0', id, method, params }, { requestId, id }, signal);
    if ('failure' in exchanged && exchanged.sent && signal.aborted) cancel(id);
    return judgeExchange(exchanged, { id, requestId, inSession: sessionId !== null });
  };

  const call = (one: ToolCall, signal: StopSignal): Promise<Answer<ToolResult>> =>
    ask('tools/call', paramsOf(one), signal).then(toToolAnswer);

  /** The session's GET stream, on which a server sends what belongs to no request. */
  const listen = async (
    onMessage: (message: Message) => void,
    signal: StopSignal,
    { onOpen, requestId = client.nextRequestId() }: { onOpen?: () => void; requestId?: string } = {},
  ) => {
    const head = `${headOf(target, 'GET')}${sessionHead}${requestIdHeader}: ${requestId}\r\n`;
    const protocolBytes = sessionHead.length;
    const request = { method: 'GET', path: target.path, head, body: null, id: null, protocolBytes } as const;
    const inSession = sessionId !== null;
    const listened = await listenTo(target.pool, request, onMessage, signal, onOpen);
    const failure = listenFailure(listened, { id: null, requestId, inSession });
    const transcript = typeof listened === 'object' ? listened.transcript : undefined;
    return { requestId, failure, transcript };
  };

  /** A closed connection is no cancellation in this revision; it must be said (basic/utilities/cancellation). */
  const cancel = (id: number, reason = 'the deadline has passed') => {
    const params = { requestId: id, reason };
    const notification = { jsonrpc: '2.0', method: 'notifications/cancelled', params };
    const limit = new TimeLimit(neverStops, cancelTimeoutMs);
    const sent = send('POST', notification, { requestId: client.nextRequestId(), id: null }, limit);
    target.background(sent.finally(() => limit[Symbol.dispose]()));
  };

  const close = async (signal: StopSignal) => {
    if (sessionId === null) return {};
    const exchanged = await send('DELETE', null, { requestId: client.nextRequestId(), id: null }, signal);
    sessionId = null;
    return 'status' in exchanged ? { status: exchanged.status } : {};
  };

  const owner = {
    target,
    client,
    session: () => ({ id: sessionId, head: sessionHead }),
    nextId: () => {
      lastId += 1;
      return lastId;
    },
    cancel,
  };
  const stream = streamOf(owner);
  const askAnswering = answeringOf(owner);
  const callAnswering = (call: ToolCall, watch: InputWatch, signal: StopSignal) =>
    askAnswering({ method: 'tools/call', params: paramsOf(call) }, watch, signal).then(toToolAnswer);

  const subscribe = subscriptionOf({ ask, listen, nextRequestId: () => client.nextRequestId() });
  const tasks = statefulTasks({ ask, askAnswering, listen });
  return { open, call, stream, callAnswering, subscribe, tasks, close };
}

const paramsOf = ({ tool, arguments: args, opId }: ToolCall) => ({
  name: tool,
  arguments: args,
  _meta: { [opIdKey]: opId },
});
