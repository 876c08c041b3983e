import type { Client, JSONRPCMessage, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import {
  type ConnectedMcpSessionPort,
  createSessionPortFromClient,
  DispatchError,
  type JsonRpcResponse,
  type RawClientDispatch,
  type TaskEnabledSession,
  withTasks,
} from '@modelcontextprotocol/ext-tasks/client';
import type { JsonValue, TaskId } from '@modelcontextprotocol/ext-tasks/core';
import type { ProtocolRevision } from '../record/index.ts';
import type { SdkTasks } from './sdk-target.ts';
import { clientInfo } from './wire-target.ts';

/** As JSON has it: what a journey says came from a file, and what a server says from the wire. */
type JsonObject = Readonly<Record<string, JsonValue>>;

interface Session {
  port: ConnectedMcpSessionPort;
  tasks: TaskEnabledSession;
  /** Lets requests of this method through until what is done has settled, and no others. */
  only<T>(method: string, act: () => Promise<T>): Promise<T>;
}

/**
 * `@modelcontextprotocol/ext-tasks` over the official client v2, for both revisions, one request at a time. It would
 * poll a task that it has made, give input to it and cancel one whose handle came too late; here the workload decides
 * that, so it is told to let go of each task at once, and a request that nobody asked for is kept from the wire.
 *
 * It decides itself that a server of 2025-11-25 has no tasks, and does not ask it for one, if it does not declare
 * them; that a state is of the task it asked for; and that `tasks/result` is to be preceded by polling, which is why
 * that request goes through its port, not through its controller.
 */
export function extTasks(
  client: Client,
  transport: StreamableHTTPClientTransport,
  revision: ProtocolRevision,
): SdkTasks & { close(): Promise<void> } {
  let session: Session | undefined;
  /** When the client is connected, it knows what the server can do. */
  const opened = () => {
    session ??= openSession(client, transport, revision);
    return session;
  };

  return {
    create: (params, ttlMs, signal) => {
      const { tasks, only } = opened();
      const { name } = params;
      const args = params.arguments as JsonObject;
      const metadata = params._meta as JsonObject;
      return only('tools/call', async () => {
        const execution = await tasks.callTool(name, args, {
          ...{ metadata, signal, declaration: mayBeTask(name) },
          task: { preference: 'prefer', ...(ttlMs !== undefined && { retentionMs: ttlMs }) },
        });
        await execution.detach();
      });
    },
    get: (taskId, signal) => {
      const { tasks, only } = opened();
      return only('tasks/get', () => tasks.task(taskId as TaskId).snapshot(signal));
    },
    result: (taskId, signal) => {
      const { port, only } = opened();
      const request = { method: 'tasks/result', params: { taskId } };
      return only('tasks/result', async () => resultOf(await port.dispatch(request, { signal })));
    },
    cancel: (taskId, signal) => {
      const { tasks, only } = opened();
      return only('tasks/cancel', () => tasks.task(taskId as TaskId).cancel(signal));
    },
    update: (taskId, inputResponses, signal) => {
      const { tasks, only } = opened();
      return only('tasks/update', () => tasks.task(taskId as TaskId).updateJson(inputResponses, signal));
    },
    close: async () => session?.tasks.close(),
  };
}

function openSession(
  client: Client,
  transport: StreamableHTTPClientTransport,
  revision: ProtocolRevision,
): Session {
  const adapter = createSessionPortFromClient(
    client,
    'windtunnel',
    revision === '2025-11-25'
      ? {}
      : {
          rawDispatch: rawDispatch(transport),
          v2RequestFraming: { protocolVersion: revision, clientInfo, clientCapabilities: {} },
        },
  );
  let allowed: string | undefined;
  const port: ConnectedMcpSessionPort = {
    endpointId: adapter.endpointId,
    taskCapabilities: adapter.taskCapabilities,
    dispatch: async (request, options) => {
      const { method } = request as { method?: unknown };
      if (method !== allowed) throw new DispatchError(`nobody asked for ${String(method)}`);
      return adapter.dispatch(request, options);
    },
    onServerRequest: (handler) => adapter.onServerRequest(handler),
    onNotification: (listener) => adapter.onNotification(listener),
    onInvalidated: (listener) => adapter.onInvalidated(listener),
    get invalidated() {
      return adapter.invalidated;
    },
  };
  return {
    port,
    tasks: withTasks(port, { tools: { currentTool: mayBeTask } }),
    only: async (method, act) => {
      allowed = method;
      try {
        return await act();
      } finally {
        allowed = undefined;
      }
    },
  };
}

/** A tool that takes anything, and may be called as a task: without a declaration the tools would be listed. */
const mayBeTask = (name: string) =>
  ({ name, inputSchema: { type: 'object' }, taskSupport: 'optional' }) as const;

/** Ids of requests that go past the SDK's client, which counts its own from 0. */
const firstRawId = 2 ** 30;

/** Sends over the client's transport what the client itself has no words for: results of the type `task`. */
function rawDispatch(transport: StreamableHTTPClientTransport): RawClientDispatch {
  const waiting = new Map<number, (response: JSONRPCMessage) => void>();
  const { onmessage } = transport;
  let lastId = firstRawId;
  transport.onmessage = (message: JSONRPCMessage, ...rest) => {
    const id = 'id' in message && !('method' in message) ? message.id : undefined;
    const take = typeof id === 'number' ? waiting.get(id) : undefined;
    if (take) take(message);
    else onmessage?.(message, ...rest);
  };
  return async (request, { signal } = {}) => {
    lastId += 1;
    const id = lastId;
    const { promise, resolve, reject } = Promise.withResolvers<JSONRPCMessage>();
    // If the sending fails as well, nobody waits for it.
    promise.catch(() => {});
    const stop = () => reject(signal?.reason);
    waiting.set(id, resolve);
    signal?.addEventListener('abort', stop);
    try {
      const sent = { ...(request as object), jsonrpc: '2.0', id } as JSONRPCMessage;
      await transport.send(sent, { ...(signal && { requestSignal: signal }) });
      return toResponse(await promise);
    } finally {
      waiting.delete(id);
      signal?.removeEventListener('abort', stop);
    }
  };
}

function toResponse(message: JSONRPCMessage): JsonRpcResponse {
  if ('result' in message) return { kind: 'result', result: message.result as JsonValue };
  const { error } = message as unknown as { error: Extract<JsonRpcResponse, { kind: 'error' }>['error'] };
  return { kind: 'error', error };
}

function resultOf(response: JsonRpcResponse): JsonValue {
  if (response.kind === 'error') throw new Error(response.error.message);
  return response.result;
}
