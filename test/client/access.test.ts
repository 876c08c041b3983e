import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { connectorFor } from '../../src/client/index.ts';
import { neverStops } from '../../src/core/index.ts';
import { probeMcp } from '../../src/topology/mcp-probe.ts';

/** What the user says of a server beside its URL goes with every request, whoever makes it. */

const headers = { Authorization: 'Bearer of-the-test', 'x-tenant': 'a' };
const address = '127.0.0.1';

/** Answers everything as a server of 2025-11-25 would, and keeps the headers that came. */
async function listening() {
  const asked: IncomingHttpHeaders[] = [];
  const server = createServer(async (req, res) => {
    asked.push(req.headers);
    let text = '';
    for await (const chunk of req) text += chunk;
    const { id, method } = text === '' ? {} : JSON.parse(text);
    if (id === undefined) {
      res.writeHead(202).end();
      return;
    }
    const capabilities = { tools: {} };
    const opened = { protocolVersion: '2025-11-25', capabilities, serverInfo: { name: 's', version: '1' } };
    const result = method === 'initialize' ? opened : { resultType: 'complete', content: [] };
    const head = {
      'content-type': 'application/json',
      ...(method === 'initialize' && { 'mcp-session-id': 's' }),
    };
    res.writeHead(200, head).end(JSON.stringify({ jsonrpc: '2.0', id, result }));
  }).listen(0, address);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    asked,
    // A name that nobody can look up: only the address leads there.
    url: `http://pinned.invalid:${port}/mcp`,
    host: `pinned.invalid:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('headers and address', () => {
  it.each([
    ['wire', '2025-11-25', 4],
    ['sdk', '2025-11-25', 4],
    ['sdk-v2', '2025-11-25', 4],
    ['wire', '2026-07-28', 1],
    ['sdk', '2026-07-28', 1],
  ] as const)('of a %s client of %s', async (kind, protocol, requests) => {
    await using server = await listening();
    await using connector = (await connectorFor(kind, protocol))(server.url, { headers, address });
    let last = 0;
    const connection = connector.connect({ nextRequestId: () => `c-${++last}`, turnAround: async () => {} });
    expect(await connection.open(neverStops)).toMatchObject({ outcome: 'ok' });
    const call = await connection.call({ tool: 'a', arguments: {}, opId: 'c.0' }, neverStops);
    expect(call).toMatchObject({ outcome: 'ok' });
    await connection.close(neverStops);
    expect(server.asked).toHaveLength(requests);
    for (const sent of server.asked) {
      expect(sent).toMatchObject({
        authorization: headers.Authorization,
        'x-tenant': 'a',
        host: server.host,
      });
    }
  });

  it('of a probe', async () => {
    await using server = await listening();
    const outcome = await probeMcp(server.url, 'auto', AbortSignal.timeout(10_000), { headers, address });
    expect(outcome).toMatchObject({ ready: true, protocol: '2025-11-25' });
    expect(server.asked).toHaveLength(2);
    expect(server.asked[0]).toMatchObject({ authorization: headers.Authorization, host: server.host });
  });
});
