import { Agent, get } from 'node:http';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Folder, temporaryFolder } from '../support/cli.ts';
import { ledgerEntry } from './ledger-file.ts';
import { type Replica, servers, sessionful, spawnServer, startReplica } from './replica.ts';
import { openSession, readAnswer, sendCall, sessionHeader } from './wire.ts';

let folder: Folder;
let ledger: string;
beforeEach(() => {
  folder = temporaryFolder();
  ledger = join(folder.path, 'ledger.ndjson');
});
afterEach(() => folder[Symbol.dispose]());

const place = async (server: (typeof servers)[number], { url }: Replica) =>
  server === 'stateless-v2' ? {} : { session: await openSession(url) };

/** An idle keep-alive connection; settles when the server closes it. */
function idleConnection(url: URL): Promise<{ closed: Promise<void> }> {
  const agent = new Agent({ keepAlive: true });
  return new Promise((resolve, reject) => {
    const sent = get(new URL('/', url), { agent }, (response) => {
      response.resume();
      const { socket } = sent;
      response.once('end', () =>
        resolve({ closed: new Promise((gone) => socket?.once('close', () => gone())) }),
      );
    });
    sent.once('error', reject);
  });
}

function canConnect(url: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(Number(url.port), url.hostname);
    socket.once('connect', () => resolve(true) ?? socket.destroy()).once('error', () => resolve(false));
  });
}

describe.each(servers)('%s', (server) => {
  it('says where it listens, and nothing else, and exits 0 on SIGTERM', async () => {
    await using replica = await startReplica(server);
    replica.child.kill('SIGTERM');
    expect(await replica.exited).toEqual({
      code: 0,
      signal: null,
      stdout: `listening on ${replica.url}\n`,
      stderr: '',
    });
  });

  it('drains: accepts no more, closes what is idle, finishes what is in flight, exits 0', async () => {
    await using replica = await startReplica(server, { WINDTUNNEL_LEDGER: ledger });
    const at = await place(server, replica);
    const idle = await idleConnection(replica.url);
    const answer = sendCall(server, replica.url, 'work', { waitMs: 1000 }, { ...at, opId: 'op1' });
    await ledgerEntry(ledger, 'begin', 'op1');
    replica.child.kill('SIGTERM');
    await idle.closed;
    // Node closes idle connections a moment before the port.
    while (await canConnect(replica.url));
    const response = await answer;
    expect((await readAnswer(response)).result).toMatchObject({ structuredContent: { waitMs: 1000 } });
    // An event stream had its headers fixed before; its connection is closed behind the answer instead.
    if (server === 'stateless-v2') expect(response.headers.get('connection')).toBe('close');
    expect(await replica.exited).toMatchObject({ code: 0, stderr: '' });
  });

  it('waits no longer than it may, and says how many requests it cut', async () => {
    await using replica = await startReplica(server, {
      WINDTUNNEL_LEDGER: ledger,
      WINDTUNNEL_DRAIN_MS: '50',
    });
    const at = await place(server, replica);
    const answer = sendCall(server, replica.url, 'work', { waitMs: 60_000 }, { ...at, opId: 'op1' });
    const ended = answer.then((response) => response.text()).catch(() => 'cut');
    await ledgerEntry(ledger, 'begin', 'op1');
    replica.child.kill('SIGINT');
    const exit = await replica.exited;
    expect(exit).toMatchObject({ code: 0 });
    expect(exit.stderr).toContain('cut 1 ');
    await ended;
  });

  it('exits when its lifeline ends, whatever is in flight', async () => {
    await using replica = await startReplica(server, {
      WINDTUNNEL_LIFELINE: 'stdin',
      WINDTUNNEL_LEDGER: ledger,
    });
    const at = await place(server, replica);
    const answer = sendCall(server, replica.url, 'work', { waitMs: 60_000 }, { ...at, opId: 'op1' });
    const ended = answer.then((response) => response.text()).catch(() => 'cut');
    await ledgerEntry(ledger, 'begin', 'op1');
    replica.child.stdin?.end();
    expect((await replica.exited).signal).toBeNull();
    await ended;
  });
});

describe.each(sessionful)('%s and its open streams', (server) => {
  it('does not wait for a notification stream', async () => {
    await using replica = await startReplica(server, { WINDTUNNEL_DRAIN_MS: '60000' });
    const session = await openSession(replica.url);
    const headers = { [sessionHeader]: session, accept: 'text/event-stream' };
    const stream = await fetch(replica.url, { headers });
    replica.child.kill('SIGTERM');
    expect(await replica.exited).toMatchObject({ code: 0, stderr: '' });
    // It ends as a stream should, with nothing in it but comments.
    expect((await stream.text()).replaceAll(/^:.*\n\n/gm, '')).toBe('');
  });
});

describe('a server that cannot start', () => {
  it.each([
    ['PORT', '99999'],
    ['PORT', 'http'],
    ['HOST', 'not a host'],
    ['WINDTUNNEL_BOOT', '0'],
    ['WINDTUNNEL_EPOCH_US', '-1'],
    ['WINDTUNNEL_STORE', 'redis'],
    ['WINDTUNNEL_STORE', 'sqlite:'],
    ['WINDTUNNEL_STORE', 'redis://127.0.0.1:6379/first'],
    ['WINDTUNNEL_STORE_PREFIX', 'any*'],
    ['WINDTUNNEL_TASK_STORE', 'file'],
    ['WINDTUNNEL_TASK_LEASE_MS', '0'],
    ['WINDTUNNEL_TASK_RETRY', 'client'],
    ['WINDTUNNEL_TASK_TTL_MS', '-1'],
    ['WINDTUNNEL_TASK_RETENTION', 'long'],
    ['WINDTUNNEL_TASK_POLL_MS', '1e3'],
    ['WINDTUNNEL_DRAIN_MS', '5s'],
    ['WINDTUNNEL_LIFELINE', 'yes'],
    ['WINDTUNNEL_JSON_RESPONSE', 'true'],
    ['WINDTUNNEL_EVENTS', 'sqlite'],
  ])('exits 64 with one line about %s=%s', async (name, value) => {
    const { exited } = spawnServer('stateless-v2', { [name]: value });
    const exit = await exited;
    expect(exit).toMatchObject({ code: 64, stdout: '' });
    expect(exit.stderr).toMatch(new RegExp(`^[^\\n]*${name}=${value}[^\\n]*\\n$`));
  });

  it('does not repeat a password', async () => {
    for (const value of ['rediss://:secret@127.0.0.1', 'redis://:secret@127.0.0.1:port']) {
      const exit = await spawnServer('stateless-v2', { WINDTUNNEL_STORE: value }).exited;
      expect(exit).toMatchObject({ code: 64, stdout: '' });
      expect(exit.stderr).toContain('127.0.0.1');
      expect(exit.stderr).not.toContain('secret');
    }
  });

  it('exits 70 with one line when the store is not there', async () => {
    const exit = await spawnServer('stateless-v2', { WINDTUNNEL_STORE: 'redis://127.0.0.1:1' }).exited;
    expect(exit).toMatchObject({ code: 70, stdout: '' });
    expect(exit.stderr).toMatch(
      /^cannot open the store redis:\/\/127\.0\.0\.1:1\/0: [^\n]*ECONNREFUSED[^\n]*\n$/,
    );
  });

  it('exits 70 with one line when the port is taken', async () => {
    await using first = await startReplica('stateless-v2');
    const { exited } = spawnServer('stateless-v2', { PORT: first.url.port });
    const exit = await exited;
    expect(exit).toMatchObject({ code: 70, stdout: '' });
    expect(exit.stderr).toMatch(/^cannot listen on [^\n]*EADDRINUSE[^\n]*\n$/);
  });
});
