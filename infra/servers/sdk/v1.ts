import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import type { ServerContext } from '../host/index.ts';
import type { SessionTransport } from '../sessions/index.ts';
import { type BasketReference, blockingConduct, callTool, tools } from '../tools/index.ts';
import { sessionSchemas } from './schemas.ts';
import { sessionTransport } from './session-transport.ts';

/** A session on SDK v1: one transport and one server, with the same tools as on v2. */
export async function openSessionV1(
  context: ServerContext,
  sessionId: string,
  baskets: BasketReference,
): Promise<SessionTransport> {
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => sessionId,
    enableJsonResponse: context.config.jsonResponse,
  });
  const endStream = (call: RequestId) => transport.closeSSEStream(call);
  await buildServerV1(context, baskets, endStream).connect(transport);
  return sessionTransport(transport);
}

function buildServerV1(
  context: ServerContext,
  baskets: BasketReference,
  /** Told of a call that was cancelled: neither SDK answers it, nor ends the stream that waits for the answer. */
  onCancelled: (call: RequestId) => void,
): McpServer {
  const { store } = context;
  const server = new McpServer({ name: 'windtunnel-basket', version: '1.0.0' });
  for (const tool of tools) {
    const inputSchema = sessionSchemas.get(tool.name);
    if (!inputSchema) continue;
    server.registerTool(
      tool.name,
      {
        description: tool.description,
        inputSchema: inputSchema.shape,
        annotations: { readOnlyHint: tool.readOnly },
      },
      async (args: Record<string, unknown>, { requestId, _meta, signal, sendNotification }) => {
        const conduct = blockingConduct(_meta, sendNotification);
        const result = await callTool(tool, args, _meta, { store, baskets, signal, conduct }, context);
        if (signal.aborted) onCancelled(requestId);
        return result;
      },
    );
  }
  return server;
}
