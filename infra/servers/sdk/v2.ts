import {
  McpServer,
  type RequestId,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { sdkEventStore } from '../events/index.ts';
import type { ServerContext } from '../host/index.ts';
import { answerTimeoutMs, askOnStream } from '../input/index.ts';
import type { SessionTransport } from '../sessions/index.ts';
import { type BasketReference, type Tool, tools, withPublish } from '../tools/index.ts';
import { callBlocking } from './blocking-call.ts';
import { offerSubscriptions, offerTopics } from './changes-v2.ts';
import { handleSchemas, sessionSchemas } from './schemas.ts';
import { sessionTransport } from './session-transport.ts';

/** A server on SDK v2 with all tools; what differs between the eras is how a basket is named. */
export function buildServerV2(
  context: ServerContext,
  baskets: BasketReference,
  schemas = handleSchemas,
  /** Told of a call that was cancelled: neither SDK answers it, nor ends the stream that waits for the answer. */
  onCancelled?: (call: RequestId) => void,
  offered: readonly Tool[] = tools,
): McpServer {
  const server = new McpServer({ name: 'windtunnel-basket', version: '1.0.0' });
  for (const tool of withPublish(offered, context.changes)) {
    const inputSchema = schemas.get(tool.name);
    if (!inputSchema) continue;
    server.registerTool(
      tool.name,
      { description: tool.description, inputSchema, annotations: { readOnlyHint: tool.readOnly } },
      async (args, { mcpReq: { id, _meta, signal, notify, send } }) => {
        // In an answer that is no stream nothing can be asked.
        const asking = context.config.jsonResponse
          ? undefined
          : askOnStream(server.server.getClientCapabilities(), ({ params }) =>
              send({ method: 'elicitation/create', params }, { signal, timeout: answerTimeoutMs }),
            );
        const result = await callBlocking(tool, args, _meta, { baskets, signal, notify, asking }, context);
        if (signal.aborted) onCancelled?.(id);
        return result;
      },
    );
  }
  return server;
}

/** A session on SDK v2: one transport and one server, as the SDK's guide has it. */
export async function openSessionV2(
  context: ServerContext,
  sessionId: string,
  baskets: BasketReference,
  schemas = sessionSchemas,
): Promise<SessionTransport> {
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => sessionId,
    enableJsonResponse: context.config.jsonResponse,
    ...(context.events && { eventStore: sdkEventStore(context.events, sessionId) }),
  });
  const endStream = (call: RequestId) => transport.closeSSEStream(call);
  const server = buildServerV2(context, baskets, schemas, endStream);
  const { changes } = context;
  if (changes) offerTopics(server, changes);
  const untell = changes && offerSubscriptions(server, changes);
  await server.connect(transport);
  const session = sessionTransport(transport);
  if (untell) session.onClose(untell);
  return session;
}
