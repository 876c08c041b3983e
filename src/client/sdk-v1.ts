import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CallToolResultSchema,
  CreateTaskResultSchema,
  ElicitRequestSchema,
  RELATED_TASK_META_KEY,
  ResultSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { asksForms } from './input-parts.ts';
import { answered, type NewSdkClient, noTimeoutMs, reconnection } from './sdk-target.ts';
import { clientInfo } from './wire-target.ts';

/** The official client of SDK v1, which speaks 2025-11-25. It validates no output: it is told of no tools. */
export const sdkV1Client: NewSdkClient = (url, fetch, { onQuestion, onNotification }) => {
  const client = new Client(clientInfo, { capabilities: onQuestion ? asksForms : {} });
  if (onQuestion) {
    client.setRequestHandler(ElicitRequestSchema, async ({ params }, { requestId, signal }) => {
      const result = await answered(requestId, signal, onQuestion);
      const related = params._meta?.[RELATED_TASK_META_KEY];
      return related === undefined ? result : { ...result, _meta: { [RELATED_TASK_META_KEY]: related } };
    });
  }
  client.fallbackNotificationHandler = onNotification;
  const transport = new StreamableHTTPClientTransport(url, {
    fetch,
    requestInit: { redirect: 'manual' },
    reconnectionOptions: reconnection,
  });
  return {
    // The SDK's own types do not agree under `exactOptionalPropertyTypes`.
    connect: (signal) => client.connect(transport as Transport, { signal, timeout: noTimeoutMs }),
    call: (params, signal) => client.callTool({ ...params }, undefined, { signal, timeout: noTimeoutMs }),
    tasks: {
      // The request that the SDK's `callToolStream` begins with; that would go on to poll by itself.
      create: async (params, ttlMs, signal) => {
        const task = ttlMs === undefined ? {} : { ttl: ttlMs };
        const request = { method: 'tools/call', params: { ...params } } as const;
        const result = await client.request(request, ResultSchema, { task, signal, timeout: noTimeoutMs });
        return 'task' in result ? CreateTaskResultSchema.parse(result) : CallToolResultSchema.parse(result);
      },
      get: (taskId, signal) => client.experimental.tasks.getTask(taskId, { signal, timeout: noTimeoutMs }),
      result: (taskId, signal) =>
        client.experimental.tasks.getTaskResult(taskId, CallToolResultSchema, {
          signal,
          timeout: noTimeoutMs,
        }),
      cancel: (taskId, signal) =>
        client.experimental.tasks.cancelTask(taskId, { signal, timeout: noTimeoutMs }),
      update: async () => {
        throw new Error('2025-11-25 has no tasks/update');
      },
    },
    listening: {
      // Without an id it is no resumption, but the stream of the session.
      open: () => transport.resumeStream(''),
      subscribe: (uri, signal) => client.subscribeResource({ uri }, { signal, timeout: noTimeoutMs }),
      listen: async () => {
        throw new Error('2025-11-25 has no subscriptions/listen');
      },
    },
    terminate: () => transport.terminateSession(),
    close: () => client.close(),
  };
};
