import {
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
} from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Replica, type ServerName, startReplica } from './replica.ts';
import { clientInfo, type ToolResult } from './wire.ts';

/** An official client, reduced to what the journey needs. */
interface OfficialClient {
  call(name: string, args?: Record<string, unknown>): Promise<ToolResult>;
  fieldsOf(tool: string): Promise<string[]>;
  close(): Promise<void>;
}

type ListedTool = { name: string; inputSchema: { properties?: object | undefined } };
const fields = (tools: readonly ListedTool[], name: string) =>
  Object.keys(tools.find((tool) => tool.name === name)?.inputSchema.properties ?? {});

async function connectV1(url: URL): Promise<OfficialClient> {
  const client = new ClientV1(clientInfo);
  // The SDK's own types do not agree under `exactOptionalPropertyTypes`.
  await client.connect(new TransportV1(url) as Transport);
  return {
    call: async (name, args = {}) => (await client.callTool({ name, arguments: args })) as ToolResult,
    fieldsOf: async (tool) => fields((await client.listTools()).tools, tool),
    close: () => client.close(),
  };
}

async function connectV2(url: URL, mode: 'legacy' | { pin: '2026-07-28' }): Promise<OfficialClient> {
  const client = new ClientV2(clientInfo, { versionNegotiation: { mode } });
  await client.connect(new TransportV2(url));
  return {
    call: async (name, args = {}) => (await client.callTool({ name, arguments: args })) as ToolResult,
    fieldsOf: async (tool) => fields((await client.listTools()).tools, tool),
    close: () => client.close(),
  };
}

const pairs: [ServerName, string, (url: URL) => Promise<OfficialClient>][] = [
  ['stateful-v2', 'client v2', (url) => connectV2(url, 'legacy')],
  ['stateful-v2', 'client v1', connectV1],
  ['stateful-v1', 'client v1', connectV1],
  ['stateful-v1', 'client v2', (url) => connectV2(url, 'legacy')],
  ['stateless-v2', 'client v2 pinned to 2026-07-28', (url) => connectV2(url, { pin: '2026-07-28' })],
];

describe.each(pairs)('%s with the official %s', (server, _client, connect) => {
  const named = server === 'stateless-v2';
  let replica: Replica;
  let client: OfficialClient;
  beforeAll(async () => {
    replica = await startReplica(server);
    client = await connect(replica.url);
  });
  afterAll(async () => {
    await client?.close();
    await replica?.[Symbol.asyncDispose]();
  });

  it('says that state is missing before there is a basket', async () => {
    const args = named ? { basketId: 'nobody-made-it' } : {};
    for (const tool of ['basket_read', 'basket_checkout']) {
      const result = await client.call(tool, args);
      expect(result).toMatchObject({ isError: true, _meta: { 'io.mcp-windtunnel/stateMissing': true } });
      expect(result.structuredContent).toBeUndefined();
    }
  });

  it('fills a basket, reads it back in order and with duplicates, and checks it out once', async () => {
    const created = await client.call('basket_create');
    expect(Object.keys(created.structuredContent ?? {})).toEqual(named ? ['basketId'] : []);
    const basket = created.structuredContent ?? {};

    const add = (item: string, more = {}) => client.call('basket_add', { ...basket, item, ...more });
    expect((await add('shoes')).structuredContent).toEqual({ count: 1 });
    expect((await add('hat', { quantity: 2 })).structuredContent).toEqual({ count: 3 });
    expect((await add('shoes')).structuredContent).toEqual({ count: 4 });

    const read = await client.call('basket_read', basket);
    expect(read.structuredContent).toMatchObject({ items: ['shoes', 'hat', 'hat', 'shoes'] });
    expect(JSON.parse(read.content[0]?.text ?? '')).toEqual(read.structuredContent);

    expect((await client.call('basket_checkout', basket)).structuredContent).toEqual({ count: 4 });
    const late = await add('gloves');
    expect(late.isError).toBe(true);
    // The basket is there; it only can no longer be changed.
    expect(late._meta?.['io.mcp-windtunnel/stateMissing']).toBeUndefined();
    expect((await client.call('basket_checkout', basket)).isError).toBe(true);
    expect((await client.call('basket_read', basket)).structuredContent).toMatchObject({
      items: ['shoes', 'hat', 'hat', 'shoes'],
      checkedOut: true,
    });
  });

  it('echoes, and works within bounds', async () => {
    expect((await client.call('echo', { text: 'hello' })).content[0]?.text).toBe('hello');
    expect((await client.call('work', { waitMs: 1, cpuMs: 1, bytes: 1000 })).content[0]?.text).toHaveLength(
      1000,
    );
    for (const args of [{ waitMs: 60_001 }, { cpuMs: 10_001 }, { bytes: 10_000_001 }]) {
      expect((await client.call('work', args)).isError, JSON.stringify(args)).toBe(true);
    }
  });

  it('names the basket in its tools only where there is no session to hold it', async () => {
    const handle = named ? ['basketId'] : [];
    expect(await client.fieldsOf('basket_create')).toEqual([]);
    expect(await client.fieldsOf('basket_add')).toEqual([...handle, 'item', 'quantity']);
    expect(await client.fieldsOf('basket_read')).toEqual(handle);
    expect(await client.fieldsOf('basket_checkout')).toEqual(handle);
  });
});
