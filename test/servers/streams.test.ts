import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redisUrl } from '../../src/core/index.ts';
import { temporaryFolder } from '../support/cli.ts';
import { type TestRedis, testRedis } from '../support/redis.ts';
import { type Replica, sessionful, startReplica } from './replica.ts';
import { openSession, post, sessionHeader } from './wire.ts';

/** One event of a stream. */
interface Got {
  id: string | undefined;
  message: { method?: string; params?: { progress: number; progressToken: string }; result?: unknown };
}

/** Reads events until `enough` says so, or the stream ends; then lets go of it. */
async function read(response: Response, enough: (got: readonly Got[]) => boolean = () => false) {
  const got: Got[] = [];
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = /^data: (.*)$/m.exec(block)?.[1];
      if (data === undefined) continue;
      const id = /^id: (.*)$/m.exec(block)?.[1];
      got.push({ id, message: data === '' ? {} : JSON.parse(data) });
    }
    if (enough(got)) break;
  }
  return got;
}

const numbers = (got: readonly Got[]) => got.flatMap(({ message }) => message.params?.progress ?? []);
const isProgress = ({ message }: Got) => message.method === 'notifications/progress';
const results = (got: readonly Got[]) => got.filter(({ message }) => message.result !== undefined).length;

const headersOf = (session: string) => ({
  [sessionHeader]: session,
  'mcp-protocol-version': '2025-11-25',
});

const report = (url: URL, session: string, id: number, args: object = {}) => {
  const _meta = { progressToken: `token-${id}`, 'io.mcp-windtunnel/opId': `c1.${id}` };
  const params = { name: 'report', arguments: { steps: 4, stepMs: 30, ...args }, _meta };
  return post(url, { id, method: 'tools/call', params }, { headers: headersOf(session) });
};

const resume = (url: URL, session: string, lastEventId: string) =>
  fetch(url, {
    headers: { accept: 'text/event-stream', 'last-event-id': lastEventId, ...headersOf(session) },
  });

/** Where two replicas keep their events, and whether they see each other's. */
const stores = ['memory', 'sqlite', 'redis'] as const;

describe.each(sessionful)('%s', (server) => {
  describe.each(stores)('with its events in %s', (store) => {
    const folder = temporaryFolder();
    const ledger = join(folder.path, 'ledger.ndjson');
    let redis: TestRedis | undefined;
    let first: Replica;
    let second: Replica;
    beforeAll(async () => {
      redis = store === 'redis' ? await testRedis() : undefined;
      const where = redis ? redisUrl(redis.address) : `sqlite:${join(folder.path, 'store.sqlite')}`;
      const env: Record<string, string> = {
        WINDTUNNEL_LEDGER: ledger,
        WINDTUNNEL_EVENTS: store === 'memory' ? 'memory' : 'store',
        WINDTUNNEL_STORE: where,
      };
      first = await startReplica(server, env);
      second = await startReplica(server, { ...env, WINDTUNNEL_REPLICA: 'r2' });
    });
    afterAll(async () => {
      await first?.[Symbol.asyncDispose]();
      await second?.[Symbol.asyncDispose]();
      await redis?.[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    });
    /** Where the stream can be taken up again. */
    const other = () => (store === 'memory' ? first : second);

    it('goes on with a stream that its client let go of, to its response', async () => {
      const session = await openSession(first.url);
      const begun = await read(
        await report(first.url, session, 1),
        (got) => got.filter(isProgress).length === 2,
      );
      expect(numbers(begun)).toEqual([1, 2]);
      // The event that opens a stream has an id, too: nothing is lost even of one that breaks at once.
      expect(begun[0]?.message).toEqual({});
      const response = await resume(other().url, session, begun.at(-1)?.id ?? '');
      expect(response.status).toBe(200);
      const rest = await read(response);
      expect(numbers(rest)).toEqual([3, 4]);
      expect(results(rest)).toBe(1);
      const whole = await read(await resume(other().url, session, begun[0]?.id ?? ''));
      expect(numbers(whole)).toEqual([1, 2, 3, 4]);
    });

    it('notes each event in the ledger, and the commit once', async () => {
      const session = await openSession(first.url);
      await read(await report(first.url, session, 7));
      const lines = readFileSync(ledger, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      const mine = lines.filter(({ opId }) => opId === 'c1.7');
      expect(mine.map(({ event, number, stream }) => [event, number, stream])).toEqual([
        ['begin', undefined, undefined],
        ...[1, 2, 3, 4].map((number) => ['emitted', number, 'token-7']),
        ['commit', undefined, undefined],
      ]);
    });

    it('gives the rest of the stream that an event id names, and nothing of another of the same session', async () => {
      const session = await openSession(first.url);
      // Both are under way at once: the longer has more to tell than it is asked for.
      const [short, long] = await Promise.all([
        report(first.url, session, 1, { steps: 2 }),
        report(first.url, session, 2, { steps: 6 }),
      ]);
      const [ofShort, ofLong] = await Promise.all([
        read(short, (got) => got.some(isProgress)),
        read(long, (got) => got.some(isProgress)),
      ]);
      const tokens = (got: readonly Got[]) => [
        ...new Set(got.filter(isProgress).map(({ message }) => message.params?.progressToken)),
      ];
      const rest = await read(await resume(other().url, session, ofShort.at(-1)?.id ?? ''));
      expect([tokens(rest), numbers(rest), results(rest)]).toEqual([['token-1'], [2], 1]);
      const whole = await read(await resume(other().url, session, ofLong[0]?.id ?? ''));
      expect([tokens(whole), numbers(whole), results(whole)]).toEqual([['token-2'], [1, 2, 3, 4, 5, 6], 1]);
      // The number of an event of one stream, under the name of the other: that has 4 events with its response.
      const mixed = `${ofShort[0]?.id?.replace(/_\d+$/, '')}_${/\d+$/.exec(whole.at(-1)?.id ?? '')?.[0]}`;
      expect((await resume(other().url, session, mixed)).status).toBe(400);
    });

    it('refuses the event id of another session, one that never was, and one that is none', async () => {
      const [mine, others] = [await openSession(first.url), await openSession(first.url)];
      const theirs = await read(await report(first.url, others, 1));
      const id = theirs[1]?.id ?? '';
      expect((await resume(other().url, others, id)).status).toBe(200);
      for (const bad of [id, id.replace(/\d+$/, '99'), 'x', 'x_1', '_', `${'x'.repeat(10_000)}_1`]) {
        const refused = await resume(other().url, mine, bad);
        expect([bad.slice(0, 50), refused.status]).toEqual([bad.slice(0, 50), 400]);
        expect(await refused.text()).toContain('unknown Last-Event-ID');
      }
    });
  });
});

it.each(sessionful)(
  '%s ends in order only when a stream that was taken up again has its response',
  async (server) => {
    await using replica = await startReplica(server, { WINDTUNNEL_EVENTS: 'memory' });
    const session = await openSession(replica.url);
    const call = await report(replica.url, session, 1, { steps: 5, stepMs: 100 });
    const begun = await read(call, (got) => got.some(isProgress));
    const response = await resume(replica.url, session, begun.at(-1)?.id ?? '');
    replica.child.kill('SIGTERM');
    const rest = await read(response);
    expect(numbers(rest)).toEqual([2, 3, 4, 5]);
    expect(results(rest)).toBe(1);
    expect(await replica.exited).toMatchObject({ code: 0 });
  },
);

describe('a call with an idempotency key', () => {
  const call = (url: URL, id: number, key: string | undefined, args: object = {}) => {
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
      'io.mcp-windtunnel/opId': 'c1.1',
      ...(key !== undefined && { 'io.mcp-windtunnel/idempotencyKey': key }),
    };
    const params = { name: 'report', arguments: { steps: 2, stepMs: 20, ...args }, _meta };
    const headers = {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'report',
    };
    return post(url, { id, method: 'tools/call', params }, { headers }).then((response) => response.text());
  };

  it.each(['sqlite', 'redis'])('is carried out once by all replicas (%s)', async (store) => {
    using folder = temporaryFolder();
    await using redis = store === 'redis' ? await testRedis() : undefined;
    const ledger = join(folder.path, 'ledger.ndjson');
    const where = redis ? redisUrl(redis.address) : `sqlite:${join(folder.path, 'store.sqlite')}`;
    const env = { WINDTUNNEL_LEDGER: ledger, WINDTUNNEL_STORE: where };
    await using first = await startReplica('stateless-v2', env);
    await using second = await startReplica('stateless-v2', { ...env, WINDTUNNEL_REPLICA: 'r2' });
    const commits = () =>
      readFileSync(ledger, 'utf8')
        .split('\n')
        .filter((line) => line.includes('"commit"')).length;

    // At the same time, and again afterwards.
    const answers = await Promise.all([call(first.url, 1, 'k'), call(second.url, 2, 'k')]);
    answers.push(await call(second.url, 3, 'k'));
    expect(answers.map((answer) => answer.includes('2 steps'))).toEqual([true, true, true]);
    expect(commits()).toBe(1);
    await call(first.url, 4, 'k', { steps: 1 });
    expect(commits()).toBe(2);
    await call(first.url, 5, 'another');
    await call(first.url, 6, undefined);
    await call(first.url, 7, undefined);
    expect(commits()).toBe(5);
  });

  it('is carried out by another replica if the first dies with it', async () => {
    using folder = temporaryFolder();
    const ledger = join(folder.path, 'ledger.ndjson');
    const env = {
      WINDTUNNEL_LEDGER: ledger,
      WINDTUNNEL_STORE: `sqlite:${join(folder.path, 'store.sqlite')}`,
    };
    await using first = await startReplica('stateless-v2', env);
    await using second = await startReplica('stateless-v2', { ...env, WINDTUNNEL_REPLICA: 'r2' });
    const slow = { stepMs: 200 };
    const lost = call(first.url, 1, 'k', slow).catch(() => 'broken');
    await expect.poll(() => readFileSync(ledger, 'utf8')).toContain('"begin"');
    first.child.kill('SIGKILL');
    expect(await call(second.url, 2, 'k', slow)).toContain('2 steps');
    expect(await lost).toBe('broken');
    const lines = readFileSync(ledger, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ event, replica }) => `${event} ${replica}`)).toEqual([
      'begin r1',
      'begin r2',
      'commit r2',
    ]);
  });
});
