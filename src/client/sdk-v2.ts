import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { negotiable } from '../core/index.ts';
import type { ProtocolRevision } from '../record/index.ts';
import { asksForms } from './input-parts.ts';
import { extTasks } from './sdk-ext-tasks.ts';
import { answered, type NewSdkClient, noTimeoutMs, reconnection } from './sdk-target.ts';
import { clientInfo } from './wire-target.ts';

/** The official client of SDK v2, which speaks both revisions. */
export const sdkV2Client =
  (revision: ProtocolRevision): NewSdkClient =>
  (url, fetch, { onQuestion, onNotification }) => {
    const client = new Client(clientInfo, {
      capabilities: { ...capabilitiesIn[revision], ...(onQuestion && asksForms) },
      supportedProtocolVersions: spoken(revision),
    });
    if (onQuestion) {
      client.setRequestHandler('elicitation/create', (_request, { mcpReq: { id, signal } }) =>
        answered(id, signal, onQuestion),
      );
    }
    client.fallbackNotificationHandler = onNotification;
    const transport = new StreamableHTTPClientTransport(url, {
      fetch,
      requestInit: { redirect: 'manual' },
      reconnectionOptions: reconnection,
    });
    const tasks = extTasks(client, transport, revision);
    return {
      connect: (signal) =>
        client.connect(transport, { signal, timeout: noTimeoutMs, prior: prior(revision) }),
      call: (params, signal) =>
        client.callTool(
          { ...params },
          { signal, timeout: noTimeoutMs, toolDefinition: plainTool(params.name) },
        ),
      tasks,
      listening: {
        // Without an id it is no resumption, but the stream of the session.
        open: () => transport.resumeStream(''),
        subscribe: (uri, signal) => client.subscribeResource({ uri }, { signal, timeout: noTimeoutMs }),
        listen: async (filter, signal) => {
          const { honoredFilter, closed } = await client.listen(filter, { signal, timeout: noTimeoutMs });
          return { honored: { ...honoredFilter }, closed };
        },
      },
      terminate: () => transport.terminateSession(),
      close: async () => {
        await tasks.close();
        await client.close();
      },
    };
  };

/** Who listens for tasks has to say that it knows them; a call says for itself what it can handle. */
const capabilitiesIn = {
  '2025-11-25': {},
  '2026-07-28': { extensions: { 'io.modelcontextprotocol/tasks': {} } },
} as const;

const spoken = (revision: ProtocolRevision) => (revision === '2025-11-25' ? [...negotiable] : [revision]);

/**
 * What the client knows of the server before it asks: the revision, and that it may make tasks. So it has no need of `server/discover`,
 * and a client that was there before would not ask either.
 */
function prior(revision: ProtocolRevision) {
  if (revision === '2025-11-25') return { kind: 'legacy' } as const;
  const discover = {
    resultType: 'complete' as const,
    supportedVersions: [revision],
    capabilities: { tools: {}, extensions: { 'io.modelcontextprotocol/tasks': {} } },
    ttlMs: 0,
    cacheScope: 'private' as const,
  };
  return { kind: 'modern', discover } as const;
}

/**
 * A tool that takes anything and promises nothing. Without a definition, the SDK would answer a header mismatch
 * (-32020) by listing the tools and calling a second time.
 */
function plainTool(name: string) {
  return { name, inputSchema: { type: 'object' as const } };
}
