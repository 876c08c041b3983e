import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectorFor } from '../../src/client/index.ts';
import { neverStops } from '../../src/core/index.ts';
import { probeMcp } from '../../src/topology/mcp-probe.ts';
import { selfSigned } from '../support/certificate.ts';

/**
 * A name is looked up once, and its address is connected to from then on. The certificate must be that of the name all
 * the same, and the server must be told the name.
 */

const address = '127.0.0.1';
const certificate = selfSigned('pinned.invalid', 'sub.pinned.invalid', address);
const trusted = getCACertificates('default');
beforeAll(() => setDefaultCACertificates([...trusted, certificate.cert]));
afterAll(() => setDefaultCACertificates(trusted));

const answers = {
  initialize: {
    protocolVersion: '2025-11-25',
    capabilities: { tools: {} },
    serverInfo: { name: 's', version: '1' },
  },
  'tools/call': { resultType: 'complete', content: [] },
} as const;

async function listening(identity = certificate) {
  const asked: { host: string | undefined; serverName: unknown }[] = [];
  const server = createServer(identity, async (req, res) => {
    asked.push({
      host: req.headers.host,
      serverName: (req.socket as TLSSocket & { servername: unknown }).servername,
    });
    let text = '';
    for await (const chunk of req) text += chunk;
    const { id, method } = text === '' ? {} : JSON.parse(text);
    const result = answers[method as keyof typeof answers];
    if (id === undefined || result === undefined) {
      res.writeHead(id === undefined ? 202 : 404).end();
      return;
    }
    const head = { 'content-type': 'application/json', 'mcp-session-id': 's' };
    res.writeHead(200, head).end(JSON.stringify({ jsonrpc: '2.0', id, result }));
  }).listen(0, address);
  await once(server, 'listening');
  return {
    asked,
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

type Kind = Parameters<typeof connectorFor>[0];

async function opened(kind: Kind, url: string) {
  await using connector = (await connectorFor(kind, '2025-11-25'))(url, { headers: {}, address });
  let last = 0;
  const connection = connector.connect({ nextRequestId: () => `c-${++last}`, turnAround: async () => {} });
  const answer = await connection.open(neverStops);
  if (answer.outcome === 'ok') {
    await connection.call({ tool: 'a', arguments: {}, opId: 'c.0' }, neverStops);
    await connection.close(neverStops);
  }
  return answer;
}

const probed = (url: string) => probeMcp(url, '2025-11-25', AbortSignal.timeout(10_000), { address });

describe('https to a name whose address is known already', () => {
  it.each(['wire', 'sdk', 'sdk-v2'] as const)('is asked by a %s client under its name', async (kind) => {
    await using server = await listening();
    const url = `https://pinned.invalid:${server.port}/mcp`;
    expect(await opened(kind, url)).toMatchObject({ outcome: 'ok' });
    expect(server.asked.length).toBeGreaterThanOrEqual(4);
    const named = { host: `pinned.invalid:${server.port}`, serverName: 'pinned.invalid' };
    expect(server.asked).toEqual(server.asked.map(() => named));
  });

  it('is asked by a probe under its name', async () => {
    await using server = await listening();
    expect(await probed(`https://pinned.invalid:${server.port}/mcp`)).toMatchObject({ ready: true });
    expect(server.asked).toEqual([{ host: `pinned.invalid:${server.port}`, serverName: 'pinned.invalid' }]);
  });

  it.each(['wire', 'sdk', 'sdk-v2'] as const)(
    'is not asked by a %s client if it is another',
    async (kind) => {
      await using server = await listening();
      // The certificate is good for the address itself, which is not what was asked for.
      for (const name of ['other.invalid', 'localhost']) {
        const answer = await opened(kind, `https://${name}:${server.port}/mcp`);
        expect(answer).toMatchObject({ outcome: 'fail', failure: { kind: 'refused' } });
        expect(JSON.stringify(answer)).toContain('altnames');
      }
      expect(server.asked).toEqual([]);
    },
  );

  it('is not asked by a probe if it is another', async () => {
    await using server = await listening();
    expect(await probed(`https://other.invalid:${server.port}/mcp`)).toMatchObject({
      ready: false,
      why: expect.stringContaining("does not match certificate's altnames"),
    });
    expect(server.asked).toEqual([]);
  });

  it('is not asked if nobody vouches for it', async () => {
    await using server = await listening(selfSigned('pinned.invalid'));
    const url = `https://pinned.invalid:${server.port}/mcp`;
    expect(await probed(url)).toMatchObject({ ready: false, why: expect.stringContaining('self-signed') });
    expect(await opened('wire', url)).toMatchObject({ outcome: 'fail' });
    expect(server.asked).toEqual([]);
  });

  it('may be an address, for which there is no name to tell', async () => {
    await using server = await listening();
    const url = `https://${address}:${server.port}/mcp`;
    const warnings: Error[] = [];
    const warned = (warning: Error) => warnings.push(warning);
    process.on('warning', warned);
    expect(await probed(url)).toMatchObject({ ready: true });
    for (const kind of ['wire', 'sdk'] as const)
      expect(await opened(kind, url)).toMatchObject({ outcome: 'ok' });
    process.off('warning', warned);
    expect(server.asked.every(({ serverName }) => serverName === false)).toBe(true);
    expect(warnings).toEqual([]);
  });
});
