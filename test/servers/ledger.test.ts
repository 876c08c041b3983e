import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Folder, temporaryFolder } from '../support/cli.ts';
import { brief, ledgerEntry, readLedger } from './ledger-file.ts';
import { type Replica, servers, sessionful, startReplica } from './replica.ts';
import { callTool, openSession, post, sendCall, sessionHeader } from './wire.ts';

let folder: Folder;
let path: string;
beforeEach(() => {
  folder = temporaryFolder();
  path = join(folder.path, 'ledger.ndjson');
});
afterEach(() => folder[Symbol.dispose]());

const start = (server: (typeof servers)[number], env: Record<string, string> = {}) =>
  startReplica(server, { WINDTUNNEL_LEDGER: path, ...env });

/** Where calls go: in a session, if the server has such. */
const place = async (server: (typeof servers)[number], { url }: Replica) =>
  server === 'stateless-v2' ? {} : { session: await openSession(url) };

describe.each(servers)('the ledger of %s', (server) => {
  it('holds begin and commit of what took effect, with slot, boot and time', async () => {
    await using replica = await start(server, {
      WINDTUNNEL_REPLICA: 'r7',
      WINDTUNNEL_BOOT: '3',
      WINDTUNNEL_EPOCH_US: '0',
    });
    const at = await place(server, replica);
    const created = await callTool(server, replica.url, 'basket_create', {}, { ...at, opId: 'op1' });
    const basket = created.structuredContent ?? {};
    const subject = basket.basketId ?? at.session;
    await callTool(server, replica.url, 'basket_add', { ...basket, item: 'hat' }, { ...at, opId: 'op2' });
    await callTool(server, replica.url, 'echo', { text: 'x' }, { ...at, opId: 'op3' });

    const entries = readLedger(path);
    expect(brief(entries)).toEqual([
      'begin basket_create op1',
      'commit basket_create op1',
      'begin basket_add op2',
      'commit basket_add op2',
      'begin echo op3',
      'commit echo op3',
    ]);
    expect(entries[1]).toMatchObject({ replica: 'r7', boot: 3, subject });
    expect(entries[3]).toMatchObject({ subject, value: 'hat' });
    const times = entries.map((entry) => entry.atUs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    // On the system's monotonic clock, whose zero is the epoch that was given.
    expect(times[0]).toBeLessThan(Number(process.hrtime.bigint() / 1000n));
  });

  it('numbers its lines, and ends with a mark when its process ends in order', async () => {
    await using replica = await start(server);
    const at = await place(server, replica);
    await callTool(server, replica.url, 'echo', { text: 'x' }, { ...at, opId: 'op1' });
    replica.child.kill('SIGTERM');
    await replica.exited;
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { event: 'begin', seq: 1 },
      { event: 'commit', seq: 2 },
      { event: 'end', seq: 3, replica: 'r1', boot: 1 },
    ]);
  });

  it('holds an abort of what had no effect, and nothing of calls without an operation', async () => {
    await using replica = await start(server);
    const at = await place(server, replica);
    const nowhere = server === 'stateless-v2' ? { basketId: 'nobody-made-it' } : {};
    await callTool(server, replica.url, 'basket_read', nowhere, { ...at, opId: 'op1' });
    await callTool(server, replica.url, 'echo', { text: 'x' }, at);
    // The SDK refuses the arguments, so the tool never starts.
    await callTool(server, replica.url, 'basket_add', { ...nowhere, item: 5 }, { ...at, opId: 'op2' });
    expect(brief(readLedger(path))).toEqual(['begin basket_read op1', 'abort basket_read op1']);
  });

  it('keeps the commit of a replica that is killed right after its answer', async () => {
    await using replica = await start(server);
    const at = await place(server, replica);
    const created = await callTool(server, replica.url, 'basket_create', {}, at);
    const basket = created.structuredContent ?? {};
    await callTool(server, replica.url, 'basket_add', { ...basket, item: 'hat' }, { ...at, opId: 'op1' });
    replica.child.kill('SIGKILL');
    await replica.exited;
    expect(brief(readLedger(path))).toEqual(['begin basket_add op1', 'commit basket_add op1']);
  });
});

describe('a cancelled call', () => {
  it.each(sessionful)('of %s is aborted by notifications/cancelled, and its stream ends', async (server) => {
    await using replica = await start(server);
    const session = await openSession(replica.url);
    const options = { session, id: 9, opId: 'op1' };
    const answer = sendCall(server, replica.url, 'work', { waitMs: 60_000 }, options);
    await ledgerEntry(path, 'begin', 'op1');
    const params = { requestId: 9, reason: 'no longer needed' };
    const headers = { [sessionHeader]: session };
    const message = { method: 'notifications/cancelled', params };
    expect((await post(replica.url, message, { headers })).status).toBe(202);
    await ledgerEntry(path, 'abort', 'op1');
    expect(brief(readLedger(path))).toEqual(['begin work op1', 'abort work op1']);
    // 2025-11-25, basic/utilities/cancellation: the receiver frees what the request held, and does not answer.
    expect(await (await answer).text()).toBe('');
  });

  it('of stateless-v2 is aborted by closing its stream', async () => {
    await using replica = await start('stateless-v2');
    const gone = new AbortController();
    const options = { opId: 'op1', signal: gone.signal };
    const answer = sendCall('stateless-v2', replica.url, 'work', { waitMs: 60_000 }, options);
    await ledgerEntry(path, 'begin', 'op1');
    gone.abort();
    await expect(answer).rejects.toThrow();
    await ledgerEntry(path, 'abort', 'op1');
    expect(brief(readLedger(path))).toEqual(['begin work op1', 'abort work op1']);
  });

  it.each(sessionful)('of %s is not one whose connection broke', async (server) => {
    await using replica = await start(server);
    const session = await openSession(replica.url);
    const gone = new AbortController();
    const options = { session, opId: 'op1', signal: gone.signal };
    const answer = sendCall(server, replica.url, 'work', { waitMs: 300 }, options).then((r) => r.text());
    await ledgerEntry(path, 'begin', 'op1');
    gone.abort();
    await expect(answer).rejects.toThrow();
    await ledgerEntry(path, 'commit', 'op1');
  });
});
