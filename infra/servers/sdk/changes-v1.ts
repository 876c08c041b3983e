import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import {
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  McpError,
  ReadResourceRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { type Changes, sessionSubscriber, topicResources } from '../changes/index.ts';

/** Topics on SDK v1: as resources that a session may subscribe to. What it returns ends what is told. */
export function offerTopicsV1({ server }: McpServer, changes: Changes): () => void {
  server.registerCapabilities({ resources: { subscribe: true, listChanged: true } });
  const resources = topicResources(changes);
  const subscriber = sessionSubscriber(changes, {
    updated: (params) => server.sendResourceUpdated(params),
    listChanged: () => server.sendResourceListChanged(),
  });
  server.setRequestHandler(ListResourcesRequestSchema, resources.list);
  server.setRequestHandler(ListResourceTemplatesRequestSchema, resources.templates);
  server.setRequestHandler(ReadResourceRequestSchema, async ({ params }) => {
    const found = await resources.read(params.uri);
    if (found) return found;
    throw new McpError(-32002, 'Resource not found', { uri: params.uri });
  });
  server.setRequestHandler(SubscribeRequestSchema, async ({ params }) => {
    if (subscriber.subscribe(params.uri)) return {};
    throw new McpError(-32602, 'Too many subscriptions in one session');
  });
  server.setRequestHandler(UnsubscribeRequestSchema, async ({ params }) => {
    subscriber.unsubscribe(params.uri);
    return {};
  });
  return subscriber.end;
}
