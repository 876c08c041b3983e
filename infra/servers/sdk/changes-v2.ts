import {
  type McpServer,
  ProtocolError,
  ResourceNotFoundError,
  type ServerEventBus,
} from '@modelcontextprotocol/server';
import { type Changes, sessionSubscriber, topicResources, updatedParams } from '../changes/index.ts';

/** Topics on SDK v2: as resources of both revisions, and told of by each revision's means. */

export function offerTopics({ server }: McpServer, changes: Changes): void {
  server.registerCapabilities({ resources: { subscribe: true, listChanged: true } });
  const resources = topicResources(changes);
  server.setRequestHandler('resources/list', resources.list);
  server.setRequestHandler('resources/templates/list', resources.templates);
  server.setRequestHandler('resources/read', async ({ params }) => {
    const found = await resources.read(params.uri);
    if (found) return found;
    throw new ResourceNotFoundError(params.uri);
  });
}

/** `resources/subscribe` of 2025-11-25; what it returns ends what is told. */
export function offerSubscriptions({ server }: McpServer, changes: Changes): () => void {
  const subscriber = sessionSubscriber(changes, {
    updated: (params) => server.sendResourceUpdated(params),
    listChanged: () => server.sendResourceListChanged(),
  });
  server.setRequestHandler('resources/subscribe', async ({ params }) => {
    if (subscriber.subscribe(params.uri)) return {};
    throw new ProtocolError(-32602, 'Too many subscriptions in one session');
  });
  server.setRequestHandler('resources/unsubscribe', async ({ params }) => {
    subscriber.unsubscribe(params.uri);
    return {};
  });
  return subscriber.end;
}

/** What streams of `subscriptions/listen` hear of; the SDK keeps to what each has asked for. */
export function listenBus(changes: Changes): ServerEventBus {
  return {
    publish: () => {
      throw new Error('changes are published by the tool');
    },
    subscribe: (listener) =>
      changes.onChange((change) => {
        if (change.isNew) listener({ kind: 'resources_list_changed' });
        const { uri, _meta } = updatedParams(change);
        listener({ kind: 'resource_updated', uri, params: { _meta } });
      }),
  };
}
