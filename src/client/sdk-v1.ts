import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { type NewSdkClient, noReconnection, noTimeoutMs } from './sdk-target.ts';
import { clientInfo } from './wire-target.ts';

/** The official client of SDK v1, which speaks 2025-11-25. It validates no output: it is told of no tools. */
export const sdkV1Client: NewSdkClient = (url, fetch) => {
  const client = new Client(clientInfo, { capabilities: {} });
  const transport = new StreamableHTTPClientTransport(url, {
    fetch,
    requestInit: { redirect: 'manual' },
    reconnectionOptions: noReconnection,
  });
  return {
    // The SDK's own types do not agree under `exactOptionalPropertyTypes`.
    connect: (signal) => client.connect(transport as Transport, { signal, timeout: noTimeoutMs }),
    call: (params, signal) => client.callTool({ ...params }, undefined, { signal, timeout: noTimeoutMs }),
    terminate: () => transport.terminateSession(),
    close: () => client.close(),
  };
};
