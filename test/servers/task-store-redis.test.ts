import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RedisConfig } from '../../infra/servers/host/config.ts';
import type { Decide, TaskRecord, TaskStore } from '../../infra/servers/tasks/index.ts';
import { redisTaskStore } from '../../infra/servers/tasks/redis.ts';
import { type TestRedis, testRedis } from '../support/redis.ts';
import { need, redisServer } from '../support/requirements.ts';

let redis: TestRedis | undefined;
beforeAll(async () => {
  if (redisServer().met) redis = await testRedis();
});
afterAll(() => redis?.[Symbol.asyncDispose]());

let nowMs = 0;
let prefixes = 0;
let config: RedisConfig;
/** As another replica would open it. */
const open = (options: { max?: number } = {}) =>
  redisTaskStore(config, () => {}, { nowMs: () => nowMs, ...options });

const task = (taskId: string, change: Partial<TaskRecord> = {}): TaskRecord => ({
  taskId,
  opId: `op-${taskId}`,
  tool: 'report',
  args: { steps: 5, nothing: [], more: {} },
  session: null,
  status: 'working',
  createdAt: '2026-11-28T00:00:00.000Z',
  lastUpdatedAt: '2026-11-28T00:00:00.000Z',
  ttlMs: 60_000,
  pollIntervalMs: 100,
  keptUntilMs: 60_000,
  inputRequests: {},
  inputResponses: {},
  cancelRequested: false,
  steps: 0,
  owner: 'r1',
  version: 1,
  ...change,
});
const step: Decide<never> = (one) => ({ ...one, steps: one.steps + 1 });
const complete: Decide<'over'> = (one) =>
  one.status === 'working' ? { ...one, status: 'completed', owner: null } : 'over';

describe('tasks in Redis', () => {
  let store: TaskStore;
  let other: TaskStore;
  beforeEach(async ({ skip, onTestFinished }) => {
    need(redisServer(), skip);
    if (redis === undefined) throw new Error('there is no Redis');
    nowMs = 1_000;
    prefixes += 1;
    config = { kind: 'redis', address: redis.address, prefix: `test${prefixes}:` };
    [store, other] = [await open(), await open()];
    onTestFinished(async () => {
      await store.close();
      await other.close();
    });
  });

  it('are there for all replicas, as they were put there, until their time is over', async () => {
    const one = task('a', { owner: 'r1', session: 's', statusMessage: 'größe' });
    await store.create(one, 500);
    expect(await other.get('a')).toEqual(one);
    expect(await other.versions(['a', 'b'])).toEqual([1, undefined]);
    nowMs = one.keptUntilMs - 1;
    expect(await other.get('a')).toEqual(one);
    nowMs = one.keptUntilMs;
    expect([await other.get('a'), await other.get('b')]).toEqual([undefined, undefined]);
    expect(await other.versions(['a'])).toEqual([undefined]);
    expect(await other.change('a', step)).toBeUndefined();
    expect(await other.list('s', undefined, 10)).toEqual([]);
  });

  it('are no more than there is room for', async () => {
    const small = await open({ max: 2 });
    await small.create(task('a'), 500);
    await small.create(task('b'), 500);
    await expect(small.create(task('c'), 500)).rejects.toThrow('there are 2 tasks, and no room for more');
    nowMs = 60_000;
    await small.forget();
    await small.create(task('c', { keptUntilMs: 70_000 }), 500);
    await small.close();
  });

  it('are changed one by one, however many change them at once, each change known by its version', async () => {
    await store.create(task('a'), 500);
    const changed = await Promise.all(
      Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? store : other).change('a', step)),
    );
    expect(changed.map((one) => one?.steps).toSorted((x, y) => Number(x) - Number(y))).toEqual(
      Array.from({ length: 40 }, (_, i) => i + 1),
    );
    expect(changed.every((one) => one?.version === Number(one?.steps) + 1)).toBe(true);
    expect(await store.get('a')).toMatchObject({ steps: 40, version: 41, args: { nothing: [], more: {} } });
  });

  it('refuse by a word, and stay as they are', async () => {
    await store.create(task('a', { status: 'cancelled' }), 500);
    expect(await store.change('a', complete)).toBe('over');
    expect(await store.get('a')).toMatchObject({ status: 'cancelled', version: 1 });
  });

  it('come to one effect only, which is there before anyone can see the change', async () => {
    await store.create(task('a'), 500);
    const effects: string[] = [];
    const ends = await Promise.all(
      [store, other, store, other].map((one, i) => one.change('a', complete, () => effects.push(`by ${i}`))),
    );
    expect(effects).toHaveLength(1);
    expect(ends.filter((end) => end === 'over')).toHaveLength(3);
    expect(await other.get('a')).toMatchObject({ status: 'completed', version: 2 });
  });

  it('are seen as they were, changed by nobody and taken over by nobody while an effect comes about', async () => {
    await store.create(task('a'), 500);
    const meanwhile: Promise<unknown>[] = [];
    const changed = await store.change('a', complete, () => {
      nowMs += 501;
      // The commands of another are on their way before the state can be written.
      meanwhile.push(Promise.resolve(other.get('a')), Promise.resolve(other.takeOver('r2', 500, 10)));
    });
    expect(changed).toMatchObject({ status: 'completed' });
    const [seen, taken] = await Promise.all(meanwhile);
    expect(['working', 'completed']).toContain((seen as TaskRecord).status);
    expect(taken).toEqual([]);
  });

  it('have no effect when their writer stood still, and are changed by who comes next', async () => {
    await store.create(task('a'), 60_000);
    const effects: string[] = [];
    let looks = 0;
    const slow = await redisTaskStore(config, () => {}, {
      // From the question to the answer it sleeps for two seconds, once.
      nowMs: () => {
        looks += 1;
        return nowMs + (looks === 3 ? 2_000 : looks > 3 ? 10_000 : 0);
      },
    });
    const late = await slow.change('a', complete, () => effects.push(looks > 3 ? 'later' : 'too late'));
    expect(late).toMatchObject({ status: 'completed' });
    expect(effects).toEqual(['later']);
    await slow.close();
  });

  it('are free again when who locked them is gone', async () => {
    await store.create(task('a'), 60_000);
    await redis?.client.hset(`${config.prefix}task:a`, { lock: 'gone', 'locked-until': nowMs + 3_000 });
    const waiting = Promise.resolve(other.change('a', step));
    const first = await Promise.race([waiting, store.get('a')]);
    expect(first).toMatchObject({ steps: 0 });
    nowMs += 3_000;
    expect(await waiting).toMatchObject({ steps: 1 });
  });

  it('stay with their owner as long as it is heard of', async () => {
    await store.create(task('a'), 500);
    await store.create(task('b', { owner: 'r2' }), 500);
    nowMs += 400;
    expect(await store.renew('r1', 500)).toEqual([{ taskId: 'a', cancelRequested: false }]);
    nowMs += 100;
    expect((await other.takeOver('r3', 500, 10)).map(({ taskId }) => taskId)).toEqual(['b']);
    expect(await other.renew('r2', 500)).toEqual([]);
    nowMs += 400;
    const taken = await other.takeOver('r3', 500, 10);
    expect(taken).toEqual([task('a', { owner: 'r3', version: 2 })]);
    expect(await store.get('a')).toEqual(taken[0]);
    expect(await store.renew('r1', 500)).toEqual([]);
    expect((await store.renew('r3', 500)).map(({ taskId }) => taskId).toSorted()).toEqual(['a', 'b']);
  });

  it('are let go of, and taken over once, no more at once than asked for', async () => {
    for (const id of ['a', 'b', 'c', 'd']) await store.create(task(id), 60_000);
    expect(await other.takeOver('r2', 500, 10)).toEqual([]);
    await store.release('r1');
    expect(await store.get('a')).toMatchObject({ owner: null, version: 2 });
    const [some, more] = await Promise.all([store.takeOver('r2', 500, 3), other.takeOver('r3', 500, 3)]);
    const ids = [...some, ...more].map(({ taskId }) => taskId).toSorted();
    expect(ids).toEqual(['a', 'b', 'c', 'd']);
    expect(Math.max(some.length, more.length)).toBe(3);
  });

  it('that wait for nobody in particular are free, and those at their end nobody takes over', async () => {
    await store.create(task('a'), 60_000);
    await store.create(task('b'), 500);
    await store.change('a', (one) => ({ ...one, owner: null }));
    await store.change('b', complete);
    nowMs += 501;
    expect((await other.takeOver('r2', 500, 10)).map(({ taskId }) => taskId)).toEqual(['a']);
    expect(await store.renew('r1', 500)).toEqual([]);
  });

  it('that are at their end stay with who still works on them, and are taken over by nobody', async () => {
    await store.create(task('a'), 500);
    await other.change('a', (one) => ({ ...one, status: 'cancelled', cancelRequested: true }));
    expect(await store.renew('r1', 500)).toEqual([{ taskId: 'a', cancelRequested: true }]);
    nowMs += 501;
    expect(await other.takeOver('r2', 500, 10)).toEqual([]);
    await store.release('r1');
    expect(await other.takeOver('r2', 500, 10)).toEqual([]);
    expect(await other.get('a')).toMatchObject({ status: 'cancelled', owner: null });
  });

  it('tell their owner of a wish for their end', async () => {
    await store.create(task('a'), 500);
    await other.change('a', (one) => ({ ...one, cancelRequested: true }));
    expect(await store.renew('r1', 500)).toEqual([{ taskId: 'a', cancelRequested: true }]);
  });

  it('are listed by session, oldest first, page by page', async () => {
    for (const id of ['c', 'a', 'b']) await store.create(task(id, { session: 's' }), 500);
    await store.create(task('d', { session: 't' }), 500);
    const ids = async (after: string | undefined, most: number) =>
      (await other.list('s', after, most)).map(({ taskId }) => taskId);
    expect(await ids(undefined, 10)).toEqual(['c', 'a', 'b']);
    expect(await ids(undefined, 2)).toEqual(['c', 'a']);
    expect(await ids('a', 2)).toEqual(['b']);
    expect(await ids('b', 2)).toEqual([]);
    expect((await other.list('s', undefined, 1))[0]).toEqual(task('c', { session: 's' }));
  });

  it('are forgotten once, by one of those who ask, and leave nothing', async () => {
    await store.create(task('a', { session: 's' }), 500);
    await store.create(task('b', { keptUntilMs: 90_000, opId: null }), 500);
    await store.change('a', (one) => ({ ...one, keptUntilMs: 5_000 }));
    expect(await store.forget()).toEqual([]);
    nowMs = 5_000;
    const told = await Promise.all([store.forget(), other.forget()]);
    expect(told.flat()).toEqual([{ taskId: 'a', opId: 'op-a' }]);
    nowMs = 90_000;
    expect(await store.forget()).toEqual([{ taskId: 'b', opId: null }]);
    const left = await redis?.client.keys(`${config.prefix}*`);
    expect(left).toEqual([`${config.prefix}tasks-made`]);
  });

  it('count how often an operation has failed, whoever runs it', async () => {
    expect(await store.countFailure('x')).toBe(1);
    expect(await other.countFailure('x')).toBe(2);
    expect(await other.countFailure('y')).toBe(1);
  });

  it('fail at once while Redis is away', async () => {
    const address = { host: '127.0.0.1', port: 1, username: undefined, password: undefined, db: 0 };
    await expect(redisTaskStore({ ...config, address }, () => {})).rejects.toThrow(
      'cannot open the store redis://127.0.0.1:1/0',
    );
  });
});
