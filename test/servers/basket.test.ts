import {
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
} from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/cli.ts';
import { readLedger, type ServerName, startServer } from '../support/server.ts';

/** What a test needs of an official client, whichever it is. */
interface Caller {
  call(tool: string, args?: Record<string, unknown>, meta?: Record<string, unknown>): Promise<Result>;
  close(): Promise<void>;
}
// biome-ignore lint/suspicious/noExplicitAny: both SDKs' results, of two eras.
type Result = any;

const info = { name: 'test', version: '1' };

const connectV2 =
  (pin?: '2026-07-28') =>
  async (url: string): Promise<Caller> => {
    const client = new ClientV2(info, pin ? { versionNegotiation: { mode: { pin } } } : {});
    await client.connect(new TransportV2(new URL(url)));
    return {
      call: (name, args = {}, _meta) =>
        client.callTool({ name, arguments: args, ...(_meta ? { _meta } : {}) }),
      close: () => client.close(),
    };
  };

const connectV1 = async (url: string): Promise<Caller> => {
  const client = new ClientV1(info);
  // The SDK's own types do not agree with each other under exactOptionalPropertyTypes.
  await client.connect(new TransportV1(new URL(url)) as Parameters<typeof client.connect>[0]);
  return {
    call: (name, args = {}, _meta) => client.callTool({ name, arguments: args, ...(_meta ? { _meta } : {}) }),
    close: () => client.close(),
  };
};

const pairs: [ServerName, string, (url: string) => Promise<Caller>][] = [
  ['stateful-v2', 'the v2 client', connectV2()],
  ['stateful-v2', 'the v1 client', connectV1],
  ['stateful-v1', 'the v2 client', connectV2()],
  ['stateful-v1', 'the v1 client', connectV1],
  ['stateless-v2', 'the v2 client', connectV2('2026-07-28')],
];

describe.each(pairs)('%s with %s', (name, _client, connect) => {
  it.each(['memory', 'sqlite'])('serves the basket from create to checkout (%s)', async (store) => {
    using folder = temporaryFolder();
    const ledger = `${folder.path}/ledger.ndjson`;
    await using server = await startServer(name, {
      WINDTUNNEL_LEDGER: ledger,
      WINDTUNNEL_REPLICA: 'r2',
      WINDTUNNEL_BOOT: '3',
      WINDTUNNEL_STORE: store === 'sqlite' ? `sqlite:${folder.path}/store.sqlite` : 'memory',
    });
    const client = await connect(server.url);
    let n = 0;
    const call = (tool: string, args: Record<string, unknown> = {}) =>
      client.call(tool, args, { 'io.mcp-windtunnel/opId': `c1.${n++}` });

    const basket = (await call('basket_create')).structuredContent;
    expect(Object.keys(basket)).toEqual(name === 'stateless-v2' ? ['basketId'] : []);
    expect((await call('basket_add', { ...basket, item: 'tea' })).structuredContent).toEqual({ count: 1 });
    expect((await call('basket_add', { ...basket, item: 'tea', quantity: 2 })).structuredContent).toEqual({
      count: 3,
    });
    const read = await call('basket_read', basket);
    expect(read.structuredContent).toEqual({ items: ['tea', 'tea', 'tea'], checkedOut: false });
    expect(read.content).toEqual([{ type: 'text', text: JSON.stringify(read.structuredContent) }]);
    expect((await call('basket_checkout', basket)).structuredContent).toEqual({ count: 3 });
    expect(await call('basket_add', { ...basket, item: 'late' })).toMatchObject({
      isError: true,
      content: [{ text: 'the basket is checked out' }],
    });
    expect((await call('echo', { text: '世界' })).content).toEqual([{ type: 'text', text: '世界' }]);
    expect((await call('work', { waitMs: 1, cpuMs: 1, bytes: 5 })).content).toEqual([
      { type: 'text', text: 'xxxxx' },
    ]);
    await client.close();

    const entries = readLedger(ledger);
    expect(entries.map(({ event, opId }) => `${event} ${opId}`)).toEqual(
      Array.from({ length: 8 }, (_, i) => [
        `begin c1.${i}`,
        `${i === 5 ? 'abort' : 'commit'} c1.${i}`,
      ]).flat(),
    );
    expect(entries[3]).toMatchObject({ replica: 'r2', boot: 3, tool: 'basket_add', value: 'tea' });
    const subjects = new Set(entries.flatMap(({ subject }) => subject ?? []));
    expect(subjects.size).toBe(1);
  });

  it('says that state is missing where there is no basket', async () => {
    await using server = await startServer(name);
    const client = await connect(server.url);
    const unknown = name === 'stateless-v2' ? { basketId: 'nope' } : {};
    for (const tool of ['basket_add', 'basket_read', 'basket_checkout']) {
      const args = tool === 'basket_add' ? { ...unknown, item: 'tea' } : unknown;
      expect(await client.call(tool, args)).toMatchObject({
        isError: true,
        _meta: { 'io.mcp-windtunnel/stateMissing': true },
      });
    }
    await client.close();
  });
});
