import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Connection, wireConnector } from '../../src/client/index.ts';
import type { ProtocolRevision } from '../../src/record/index.ts';
import { temporaryFolder, until } from '../support/cli.ts';
import { readLedger, type ServerName, startServer } from '../support/server.ts';

const servers: [ServerName, ProtocolRevision][] = [
  ['stateful-v2', '2025-11-25'],
  ['stateful-v1', '2025-11-25'],
  ['stateless-v2', '2026-07-28'],
];
const never = new AbortController().signal;

async function connected<R>(
  url: string,
  protocol: ProtocolRevision,
  act: (connection: Connection) => Promise<R>,
) {
  await using connector = wireConnector(url, protocol);
  let n = 0;
  const connection = connector.connect(() => `c1-${++n}`);
  await connection.open(never);
  return await act(connection);
}

describe.each(servers)('%s', (name, protocol) => {
  it('has committed what it acknowledged, also when it is killed right after', async () => {
    using folder = temporaryFolder();
    const ledger = `${folder.path}/ledger.ndjson`;
    await using server = await startServer(name, { WINDTUNNEL_LEDGER: ledger });
    await connected(server.url, protocol, async (connection) => {
      await connection.call({ tool: 'basket_create', arguments: {}, opId: 'c1.0' }, never);
      server.child.kill('SIGKILL');
    });
    await server.exited;
    expect(readLedger(ledger).map(({ event }) => event)).toEqual(['begin', 'commit']);
  });

  it('on SIGTERM finishes what it is answering, then leaves with 0', async () => {
    using folder = temporaryFolder();
    const ledger = `${folder.path}/ledger.ndjson`;
    await using server = await startServer(name, { WINDTUNNEL_LEDGER: ledger });
    await connected(server.url, protocol, async (connection) => {
      const call = { tool: 'work', arguments: { waitMs: 300 }, opId: 'c1.0' };
      const answer = connection.call(call, never);
      await until(
        () => readLedger(ledger).length > 0,
        () => 'the call has not begun',
      );
      server.child.kill('SIGTERM');
      expect(await answer).toMatchObject({ outcome: 'ok' });
    });
    expect(await server.exited).toEqual({ code: 0, signal: null });
  });

  it('on SIGTERM leaves within its bound, and says what it cut', async () => {
    using folder = temporaryFolder();
    const ledger = `${folder.path}/ledger.ndjson`;
    await using server = await startServer(name, { WINDTUNNEL_LEDGER: ledger, WINDTUNNEL_DRAIN_MS: '50' });
    await connected(server.url, protocol, async (connection) => {
      const answer = connection.call({ tool: 'work', arguments: { waitMs: 60_000 }, opId: 'c1.0' }, never);
      await until(
        () => readLedger(ledger).length > 0,
        () => 'the call has not begun',
      );
      server.child.kill('SIGTERM');
      expect((await answer).outcome).not.toBe('ok');
    });
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(server.stderr()).toContain('cut 1 request');
  });

  it('notes that cancelled work had no effect', async () => {
    using folder = temporaryFolder();
    const ledger = `${folder.path}/ledger.ndjson`;
    await using server = await startServer(name, { WINDTUNNEL_LEDGER: ledger });
    await connected(server.url, protocol, async (connection) => {
      const deadline = new AbortController();
      const answer = connection.call(
        { tool: 'work', arguments: { waitMs: 60_000 }, opId: 'c1.0' },
        deadline.signal,
      );
      await until(
        () => readLedger(ledger).length > 0,
        () => 'the call has not begun',
      );
      deadline.abort();
      expect(await answer).toMatchObject({ outcome: 'info', failure: { kind: 'timeout' } });
      await until(
        () => readLedger(ledger).length > 1,
        () => 'nothing was noted',
      );
    });
    expect(readLedger(ledger).map(({ event }) => event)).toEqual(['begin', 'abort']);
  });

  it('ends when its standard input ends, whatever it is doing', async () => {
    await using server = await startServer(name);
    server.child.stdin?.end();
    expect(await server.exited).toEqual({ code: 0, signal: null });
  });

  it.each([
    ['PORT', 'http'],
    ['WINDTUNNEL_STORE', 'redis'],
    ['WINDTUNNEL_DRAIN_MS', '-1'],
    ['WINDTUNNEL_STORE', 'sqlite:/nonexistent/store.sqlite'],
  ])('refuses %s=%s in one line', async (variable, value) => {
    const started = startServer(name, { [variable]: value });
    await expect(started).rejects.toThrow(new RegExp(`^${name} exited with 64: [^\\n]+\\n$`));
  });

  it('turns away a request for another host, and one from another origin', async () => {
    await using server = await startServer(name);
    const get = (headers: Record<string, string>) =>
      fetch(server.url, { method: 'POST', headers, body: '{}' });
    expect((await get({ origin: 'http://evil.example' })).status).toBe(403);
    expect((await fetch(server.url.replace('/mcp', '/other'))).status).toBe(404);
  });
});

describe('sessions', () => {
  const shared = (folder: string) => ({ WINDTUNNEL_STORE: `sqlite:${folder}/store.sqlite` });
  /** A POST within a session, to whichever replica. */
  const post = (url: string, session: string, body: object, method = 'POST') =>
    fetch(url, {
      method,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2025-11-25',
        'mcp-session-id': session,
      },
      ...(method === 'POST' ? { body: JSON.stringify({ jsonrpc: '2.0', ...body }) } : {}),
    });
  const open = async (url: string): Promise<string> => {
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 't', version: '1' },
    };
    const response = await post(url, '', { id: 1, method: 'initialize', params });
    return response.headers.get('mcp-session-id') ?? '';
  };
  const initialize = async (url: string): Promise<string> => {
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 't', version: '1' },
    };
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }),
    });
    await response.text();
    return response.headers.get('mcp-session-id') ?? '';
  };
  const call = (name: string, args: object = {}) => ({
    id: 2,
    method: 'tools/call',
    params: { name, arguments: args },
  });

  it.each(['stateful-v2', 'stateful-v1'] as const)(
    '%s: any replica takes one up from a shared store',
    async (name) => {
      using folder = temporaryFolder();
      await using one = await startServer(name, shared(folder.path));
      await using other = await startServer(name, shared(folder.path));
      const session = await initialize(one.url);
      expect(await (await post(one.url, session, call('basket_create'))).text()).toContain(
        '"structuredContent":{}',
      );
      // Two at once: the session is taken up once.
      const adds = [
        post(other.url, session, call('basket_add', { item: 'a' })),
        post(other.url, session, call('basket_add', { item: 'b' })),
      ];
      for (const answer of await Promise.all(adds)) expect(answer.status).toBe(200);
      expect(await (await post(one.url, session, call('basket_read'))).text()).toMatch(
        /"items":\["[ab]","[ab]"\]/,
      );

      one.child.kill('SIGKILL');
      await one.exited;
      expect((await post(other.url, session, call('basket_read'))).status).toBe(200);
      expect((await post(other.url, session, {}, 'DELETE')).status).toBe(200);
      expect((await post(other.url, session, call('basket_read'))).status).toBe(404);
    },
  );

  it.each(['stateful-v2', 'stateful-v1'] as const)(
    '%s: a DELETE at one replica ends it at all',
    async (name) => {
      using folder = temporaryFolder();
      await using one = await startServer(name, shared(folder.path));
      await using other = await startServer(name, shared(folder.path));
      const session = await initialize(one.url);
      expect((await post(other.url, session, call('echo', { text: 'x' }))).status).toBe(200);
      expect((await post(one.url, session, {}, 'DELETE')).status).toBe(200);
      expect((await post(other.url, session, call('echo', { text: 'x' }))).status).toBe(404);
    },
  );

  it.each(['stateful-v2', 'stateful-v1'] as const)(
    '%s: in memory, another replica does not know it',
    async (name) => {
      await using one = await startServer(name);
      await using other = await startServer(name);
      const session = await initialize(one.url);
      const answer = await post(other.url, session, call('echo', { text: 'x' }));
      expect(answer.status).toBe(404);
      expect(await answer.json()).toEqual({
        jsonrpc: '2.0',
        error: { code: -32001, message: 'Session not found' },
        id: null,
      });
    },
  );

  it('an empty session id is an unknown one, and none at all opens one only by initialize', async () => {
    await using server = await startServer('stateful-v2');
    expect(await open(server.url)).toBe('');
    const without = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
    });
    expect(without.status).toBe(400);
    expect((await fetch(server.url)).status).toBe(400);
  });
});

describe('stateless-v2', () => {
  it('serves nothing but 2026-07-28', async () => {
    await using server = await startServer('stateless-v2');
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 't', version: '1' },
    };
    const legacy = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }),
    });
    expect(legacy.status).toBe(400);
    for (const method of ['GET', 'DELETE']) expect((await fetch(server.url, { method })).status).toBe(405);
  });

  it('shares baskets through a store, and does not without', async () => {
    using folder = temporaryFolder();
    const store = { WINDTUNNEL_STORE: `sqlite:${folder.path}/store.sqlite` };
    await using one = await startServer('stateless-v2', store);
    await using other = await startServer('stateless-v2', store);
    const created = await connected(one.url, '2026-07-28', (connection) =>
      connection.call({ tool: 'basket_create', arguments: {}, opId: 'c1.0' }, never),
    );
    const basket =
      created.outcome === 'ok' ? (created.value.structuredContent as { basketId: string }) : undefined;
    const read = await connected(other.url, '2026-07-28', (connection) =>
      connection.call({ tool: 'basket_read', arguments: { ...basket }, opId: 'c1.1' }, never),
    );
    expect(read).toMatchObject({ outcome: 'ok', value: { structuredContent: { items: [] } } });
    expect(readdirSync(folder.path)).toContain('store.sqlite-wal');
    one.child.kill('SIGTERM');
    await once(one.child, 'exit');
  });
});
