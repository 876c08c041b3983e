import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { type ElicitRequest, ElicitResultSchema, type RequestId } from '@modelcontextprotocol/sdk/types.js';
import { sdkEventStore } from '../events/index.ts';
import type { ServerContext } from '../host/index.ts';
import { answerTimeoutMs, askOnStream } from '../input/index.ts';
import type { SessionTransport } from '../sessions/index.ts';
import { type BasketReference, tools, withPublish } from '../tools/index.ts';
import { callBlocking } from './blocking-call.ts';
import { offerTopicsV1 } from './changes-v1.ts';
import { sessionSchemas } from './schemas.ts';
import { sessionTransport } from './session-transport.ts';
import { takeInput } from './v1-task-input.ts';
import { statusTeller } from './v1-task-status.ts';
import { type RunTool, serveTasks, taskOptions } from './v1-tasks.ts';

/** A session on SDK v1: one transport and one server, with the same tools as on v2. */
export async function openSessionV1(
  context: ServerContext,
  sessionId: string,
  baskets: BasketReference,
): Promise<SessionTransport> {
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => sessionId,
    enableJsonResponse: context.config.jsonResponse,
    ...(context.events && { eventStore: sdkEventStore(context.events, sessionId) }),
  });
  const endStream = (call: RequestId) => transport.closeSSEStream(call);
  const run = toolRunner(context, baskets, endStream, () => server.server.getClientCapabilities());
  const server: McpServer = buildServerV1(context, sessionId, run);
  const { tasks, changes } = context;
  const untell = changes && offerTopicsV1(server, changes);
  const connected = async () => {
    await server.connect(transport);
    const session = sessionTransport(transport);
    if (untell) session.onClose(untell);
    return session;
  };
  if (!tasks) return connected();
  const teller = statusTeller(tasks, sessionId, (notification) => server.server.notification(notification));
  serveTasks(server, { tasks, session: sessionId, run, onMade: teller.made, transport });
  const session = await connected();
  takeInput(transport, tasks);
  session.onClose(() => teller.close());
  return {
    ...session,
    async handle(request) {
      const response = await session.handle(request);
      if (request.method === 'GET' && response.ok) teller.opened(request.signal);
      return response;
    },
  };
}

function toolRunner(
  context: ServerContext,
  baskets: BasketReference,
  /** Told of a call that was cancelled: neither SDK answers it, nor ends the stream that waits for the answer. */
  onCancelled: (call: RequestId) => void,
  capabilities: () => unknown,
): RunTool {
  return async (tool, args, { requestId, _meta, signal, sendNotification, sendRequest }) => {
    const options = { signal, timeout: answerTimeoutMs };
    // In an answer that is no stream nothing can be asked.
    const asking = context.config.jsonResponse
      ? undefined
      : askOnStream(capabilities(), (question) =>
          sendRequest(question as ElicitRequest, ElicitResultSchema, options),
        );
    const caller = { baskets, signal, notify: sendNotification, asking };
    const result = await callBlocking(tool, args, _meta, caller, context);
    if (signal.aborted) onCancelled(requestId);
    return result;
  };
}

function buildServerV1({ tasks, changes }: ServerContext, sessionId: string, run: RunTool): McpServer {
  const info = { name: 'windtunnel-basket', version: '1.0.0' };
  const server = new McpServer(info, taskOptions(tasks, sessionId));
  for (const tool of withPublish(tools, changes)) {
    const inputSchema = sessionSchemas.get(tool.name);
    if (!inputSchema) continue;
    const registered = server.registerTool(
      tool.name,
      {
        description: tool.description,
        inputSchema: inputSchema.shape,
        annotations: { readOnlyHint: tool.readOnly },
      },
      (args: Record<string, unknown>, extra) => run(tool, args, extra),
    );
    if (tasks && tool.long) registered.execution = { taskSupport: 'optional' };
  }
  return server;
}
