// The official clients, in a process of their own, closed loop: N clients, for some time, one fixed call.
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
} from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';

const [url = '', revision = '', clients = '', durationMs = ''] = process.argv.slice(2);
const info = { name: 'bench', version: '1.0.0' };
const call = { name: 'echo', arguments: { text: 'hello' } };

async function connectV1(): Promise<() => Promise<unknown>> {
  const client = new ClientV1(info);
  await client.connect(new TransportV1(new URL(url)) as Transport);
  return () => client.callTool(call);
}

async function connectV2(): Promise<() => Promise<unknown>> {
  const client = new ClientV2(info, { supportedProtocolVersions: ['2026-07-28'] });
  const discover = {
    resultType: 'complete' as const,
    supportedVersions: ['2026-07-28'],
    capabilities: { tools: {} },
    ttlMs: 0,
    cacheScope: 'private' as const,
  };
  await client.connect(new TransportV2(new URL(url)), { prior: { kind: 'modern', discover } });
  return () => client.callTool(call);
}

const connect = revision === '2025-11-25' ? connectV1 : connectV2;
const connected = await Promise.all(Array.from({ length: Number(clients) }, connect));
let calls = 0;
const endMs = performance.now() + Number(durationMs);
const before = process.cpuUsage();
await Promise.all(
  connected.map(async (one) => {
    while (performance.now() < endMs) {
      await one();
      calls += 1;
    }
  }),
);
const used = process.cpuUsage(before);
process.stdout.write(`${JSON.stringify({ calls, cpuUs: used.user + used.system })}\n`);
process.stdin.on('end', () => process.exit(0)).resume();
