import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { redisUrl } from '../../src/core/index.ts';
import { type Folder, temporaryFolder } from '../support/cli.ts';
import { type TestRedis, testRedis } from '../support/redis.ts';
import { need, redisServer } from '../support/requirements.ts';
import { sessionful, startReplica } from './replica.ts';
import { callTool, openSession, readAnswer, sendCall, sessionHeader } from './wire.ts';

let folder: Folder;
let redis: TestRedis | undefined;
beforeAll(async () => {
  if (redisServer().met) redis = await testRedis();
});
afterAll(() => redis?.[Symbol.asyncDispose]());
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

const stores = ['sqlite', 'redis'] as const;

/** What tells a replica where the store of the current test is. */
function shared(store: (typeof stores)[number], { skip }: TestContext): Record<string, string> {
  if (store === 'sqlite') return { WINDTUNNEL_STORE: `sqlite:${join(folder.path, 'store.sqlite')}` };
  need(redisServer(), skip);
  if (redis === undefined) throw new Error('there is no Redis');
  return {
    WINDTUNNEL_STORE: redisUrl(redis.address),
    WINDTUNNEL_STORE_PREFIX: `${basename(folder.path)}:`,
  };
}

describe.each(sessionful.flatMap((server) => stores.map((store) => [server, store] as const)))(
  '%s over a store shared in %s',
  (server, store) => {
    it('takes up a session that another replica has opened, with its basket', async (context) => {
      const env = shared(store, context);
      await using one = await startReplica(server, env);
      await using two = await startReplica(server, env);
      const session = await openSession(one.url);
      await callTool(server, one.url, 'basket_create', {}, { session });
      await callTool(server, one.url, 'basket_add', { item: 'hat' }, { session });

      // Many at once: one of them takes it up, the others wait for that.
      const items = Array.from({ length: 10 }, (_, i) => `item-${i}`);
      const added = await Promise.all(
        items.map((item, i) => callTool(server, two.url, 'basket_add', { item }, { session, id: i + 1 })),
      );
      expect(added.filter((result) => result.isError)).toEqual([]);

      // No stale copy at the replica that opened it.
      const read = await callTool(server, one.url, 'basket_read', {}, { session });
      expect([...((read.structuredContent?.items as string[]) ?? [])].sort()).toEqual(
        ['hat', ...items].sort(),
      );
    });

    it('serves a session whose replica was killed', async (context) => {
      const env = shared(store, context);
      await using one = await startReplica(server, env);
      await using two = await startReplica(server, env);
      const session = await openSession(one.url);
      await callTool(server, one.url, 'basket_create', {}, { session });
      one.child.kill('SIGKILL');
      await one.exited;
      const read = await callTool(server, two.url, 'basket_read', {}, { session });
      expect(read.structuredContent).toMatchObject({ items: [] });
    });

    it('ends a session everywhere, whichever replica gets the DELETE', async (context) => {
      const env = shared(store, context);
      await using one = await startReplica(server, env);
      await using two = await startReplica(server, env);
      const session = await openSession(one.url);
      const headers = { [sessionHeader]: session };
      expect((await fetch(two.url, { method: 'DELETE', headers })).status).toBe(200);
      for (const { url } of [one, two]) {
        const response = await sendCall(server, url, 'echo', { text: 'x' }, { session });
        expect(response.status).toBe(404);
        expect((await readAnswer(response)).error?.code).toBe(-32001);
      }
    });
  },
);

describe.each(sessionful)('%s with sessions in memory', (server) => {
  it('does not know a session that another replica has opened', async () => {
    await using one = await startReplica(server);
    await using two = await startReplica(server);
    const session = await openSession(one.url);
    const response = await sendCall(server, two.url, 'echo', { text: 'x' }, { session });
    expect(response.status).toBe(404);
    expect((await readAnswer(response)).error?.code).toBe(-32001);
  });
});

describe('stateless-v2', () => {
  it.for([
    ['in memory knows only its own baskets', undefined],
    ['over a store in SQLite knows the baskets of all', 'sqlite'],
    ['over a store in Redis knows the baskets of all', 'redis'],
  ] as const)('%s', async ([_says, store], context) => {
    const env = store === undefined ? {} : shared(store, context);
    await using one = await startReplica('stateless-v2', env);
    await using two = await startReplica('stateless-v2', env);
    const created = await callTool('stateless-v2', one.url, 'basket_create');
    const read = await callTool('stateless-v2', two.url, 'basket_read', created.structuredContent ?? {});
    expect(read).toMatchObject(
      store !== undefined
        ? { structuredContent: { items: [] } }
        : { isError: true, _meta: { 'io.mcp-windtunnel/stateMissing': true } },
    );
  });
});
