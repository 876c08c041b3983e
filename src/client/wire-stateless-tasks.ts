import type { StopSignal } from '../core/index.ts';
import { opIdKey } from '../record/index.ts';
import { listenTo } from './event-stream.ts';
import { exchange, type WireRequest } from './exchange.ts';
import { encodeHeaderValue } from './headers.ts';
import { listenFailure, stateFilter } from './listen.ts';
import { toAcknowledged, toCreated, toState } from './task-state.ts';
import { judgeExchange } from './tool-answer.ts';
import type { Answer, ConnectionClient, TaskCalls } from './types.ts';
import {
  headOf,
  protocolMembersWith,
  requestIdHeader,
  statelessRevision,
  type WireTarget,
} from './wire-target.ts';

const protocol = statelessRevision;

/** The capability is declared where tasks are meant, and nowhere else: an ordinary call is to stay one. */
const protocolMembers = protocolMembersWith({ extensions: { 'io.modelcontextprotocol/tasks': {} } });

/**
 * Tasks of 2026-07-28, the extension `io.modelcontextprotocol/tasks`.
 * Source: SEP-2663; the extension's specification, of which "Streamable HTTP: Routing Headers" asks for `Mcp-Name`.
 *
 * @param nextId counts the connection's JSON-RPC ids.
 */
export function statelessTasks(
  target: WireTarget,
  client: ConnectionClient,
  nextId: () => number,
): TaskCalls {
  const fixed = headOf(target, 'POST');

  /** @param name what `Mcp-Name` says; null: the method has none. */
  const requestOf = (method: string, name: string | null, params: object, meta = ''): Request => {
    const id = nextId();
    const requestId = client.nextRequestId();
    const nameLine = name === null ? '' : `mcp-name: ${encodeHeaderValue(name)}\r\n`;
    const protocolHead = `mcp-protocol-version: ${statelessRevision}\r\nmcp-method: ${method}\r\n${nameLine}`;
    const said = JSON.stringify(params).slice(0, -1);
    const wire = {
      method: 'POST',
      path: target.path,
      head: `${fixed}${protocolHead}${requestIdHeader}: ${requestId}\r\n`,
      body: `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${said},"_meta":{${protocolMembers}${meta}}}}`,
      id,
      protocolBytes: protocolHead.length + protocolMembers.length,
    } as const;
    return { id, requestId, wire };
  };

  const ask = async (
    { id, requestId, wire }: Request,
    signal: StopSignal,
    orTask = false,
  ): Promise<Answer<Record<string, unknown>>> =>
    judgeExchange(await exchange(target.pool, wire, signal), { id, requestId, inSession: false, orTask });

  return {
    create: async ({ tool, arguments: args, opId }, _options, signal) => {
      const meta = `,"${opIdKey}":${JSON.stringify(opId)}`;
      const request = requestOf('tools/call', tool, { name: tool, arguments: args }, meta);
      return toCreated(await ask(request, signal, true), protocol);
    },
    get: async (taskId, signal) => {
      const answer = await ask(requestOf('tasks/get', taskId, { taskId }), signal);
      return toState(answer, { method: 'tasks/get', taskId, protocol });
    },
    result: undefined,
    cancel: async (taskId, signal) =>
      toAcknowledged(await ask(requestOf('tasks/cancel', taskId, { taskId }), signal), 'tasks/cancel'),
    update: async (taskId, inputResponses, signal) => {
      const request = requestOf('tasks/update', taskId, { taskId, inputResponses });
      return toAcknowledged(await ask(request, signal), 'tasks/update');
    },
    listen: async (taskIds, onState, signal) => {
      const { id, requestId, wire } = requestOf('subscriptions/listen', null, { notifications: { taskIds } });
      const filter = stateFilter(protocol, taskIds, onState);
      const listened = await listenTo(target.pool, wire, filter.take, signal);
      const failure = listenFailure(listened, { id, requestId, inSession: false });
      return { requestId, failure, dropped: filter.dropped };
    },
  };
}

interface Request {
  id: number;
  requestId: string;
  wire: WireRequest;
}
