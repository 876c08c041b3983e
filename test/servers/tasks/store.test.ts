import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryTaskStore, type TaskRecord, type TaskStore } from '../../../infra/servers/tasks/index.ts';
import { sqliteTaskStore } from '../../../infra/servers/tasks/sqlite.ts';
import { type Folder, temporaryFolder } from '../../support/cli.ts';

/** What every store of tasks promises, on a clock that the test turns. */

const leaseMs = 100;
let nowMs = 1000;
let folder: Folder;
beforeEach(() => {
  nowMs = 1000;
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

const task = (taskId: string, more: Partial<TaskRecord> = {}): TaskRecord => ({
  taskId,
  opId: `op-${taskId}`,
  tool: 'report',
  args: { steps: 2 },
  session: null,
  status: 'working',
  createdAt: '2026-11-28T00:00:00.000Z',
  lastUpdatedAt: '2026-11-28T00:00:00.000Z',
  ttlMs: 60_000,
  pollIntervalMs: 100,
  keptUntilMs: 61_000,
  inputRequests: {},
  inputResponses: {},
  cancelRequested: false,
  steps: 0,
  owner: 'me',
  version: 1,
  ...more,
});
const sqlite = () => sqliteTaskStore(join(folder.path, 'store.sqlite'), { nowMs: () => nowMs });
const opened: Record<string, () => TaskStore> = {
  memory: () => memoryTaskStore({ nowMs: () => nowMs }),
  sqlite,
};

describe.each(Object.entries(opened))('in %s', (_kind, open) => {
  it('a change stands as a whole, its effect within, or not at all', async () => {
    const store = open();
    await store.create(task('a'), leaseMs);
    const effects: string[] = [];
    const next = await store.change(
      'a',
      (now) => ({ ...now, steps: 1 }),
      () => effects.push('done'),
    );
    expect(next).toMatchObject({ steps: 1, version: 2 });
    expect(await store.get('a')).toEqual(next);
    expect(
      await store.change(
        'a',
        () => 'lost' as const,
        () => effects.push('refused'),
      ),
    ).toBe('lost');
    expect(
      await store.change(
        'b',
        (now) => now,
        () => effects.push('unknown'),
      ),
    ).toBeUndefined();
    expect(effects).toEqual(['done']);
    const failing = async () =>
      store.change(
        'a',
        (now) => ({ ...now, steps: 2 }),
        () => {
          throw new Error('the effect failed');
        },
      );
    await expect(failing()).rejects.toThrow('the effect failed');
    expect(await store.get('a')).toEqual(next);
    expect(await store.versions(['a', 'b'])).toEqual([2, undefined]);
    await store.close();
  });

  it('what is past its time is not there, and is forgotten for one caller only', async () => {
    const store = open();
    await store.create(task('a', { keptUntilMs: 1500 }), leaseMs);
    await store.create(task('b'), leaseMs);
    nowMs = 1500;
    expect(await store.get('a')).toBeUndefined();
    expect(await store.versions(['a'])).toEqual([undefined]);
    expect(await store.change('a', (now) => now)).toBeUndefined();
    expect(await store.forget()).toMatchObject([{ taskId: 'a', opId: 'op-a' }]);
    expect(await store.forget()).toEqual([]);
    expect(await store.get('b')).toBeDefined();
    await store.close();
  });

  it('tasks of a session are listed page by page, oldest first, and no others', async () => {
    const store = open();
    for (const id of ['c', 'a', 'b']) await store.create(task(id, { session: 's' }), leaseMs);
    await store.create(task('x', { session: 'other' }), leaseMs);
    const ids = async (after: string | undefined) =>
      (await store.list('s', after, 2)).map(({ taskId }) => taskId);
    expect(await ids(undefined)).toEqual(['c', 'a']);
    expect(await ids('a')).toEqual(['b']);
    await store.close();
  });

  it('failures are counted by operation', async () => {
    const store = open();
    expect(await store.countFailure('op')).toBe(1);
    expect(await store.countFailure('op')).toBe(2);
    expect(await store.countFailure('other')).toBe(1);
    await store.close();
  });

  it('an owner is told what it holds, and what is to be cancelled', async () => {
    const store = open();
    await store.create(task('a'), leaseMs);
    await store.create(task('b', { cancelRequested: true }), leaseMs);
    await store.create(task('c', { owner: 'you' }), leaseMs);
    expect(await store.renew('me', leaseMs)).toEqual([
      { taskId: 'a', cancelRequested: false },
      { taskId: 'b', cancelRequested: true },
    ]);
    await store.close();
  });
});

describe('a shared store', () => {
  const ids = (tasks: readonly TaskRecord[]) => tasks.map(({ taskId }) => taskId);

  it('gives a task to one other owner, when its lease is over and not before', async () => {
    const [mine, yours] = [sqlite(), sqlite()];
    await mine.create(task('a'), leaseMs);
    nowMs += leaseMs - 1;
    expect(await yours.takeOver('you', leaseMs, 10)).toEqual([]);
    await mine.renew('me', leaseMs);
    nowMs += leaseMs - 1;
    expect(await yours.takeOver('you', leaseMs, 10)).toEqual([]);
    nowMs += 1;
    expect(await yours.takeOver('you', leaseMs, 10)).toMatchObject([
      { taskId: 'a', owner: 'you', version: 2 },
    ]);
    expect(await yours.takeOver('third', leaseMs, 10)).toEqual([]);
    expect(await mine.renew('me', leaseMs)).toEqual([]);
    expect(await mine.get('a')).toMatchObject({ owner: 'you' });
  });

  it('gives what was let go of at once, and no more than is asked for', async () => {
    const store = sqlite();
    for (const id of ['a', 'b', 'c']) await store.create(task(id), leaseMs);
    await store.change('a', (now) => ({ ...now, owner: null }));
    expect(ids(await store.takeOver('you', leaseMs, 10))).toEqual(['a']);
    await store.release('me');
    expect(ids(await store.takeOver('you', leaseMs, 1))).toHaveLength(1);
    expect(ids(await store.takeOver('you', leaseMs, 10))).toHaveLength(1);
  });

  it('gives nothing that is at its end, or forgotten', async () => {
    const store = sqlite();
    await store.create(task('a', { status: 'completed', owner: null }), leaseMs);
    await store.create(task('b', { keptUntilMs: 1050 }), leaseMs);
    nowMs += leaseMs;
    expect(await store.takeOver('you', leaseMs, 10)).toEqual([]);
  });
});

it('memory takes so many tasks and no more', async () => {
  const store = memoryTaskStore({ max: 2, nowMs: () => nowMs });
  await store.create(task('a', { keptUntilMs: 1500 }), leaseMs);
  await store.create(task('b'), leaseMs);
  expect(() => store.create(task('c'), leaseMs)).toThrow('2 tasks');
  nowMs = 1500;
  await store.forget();
  await store.create(task('c'), leaseMs);
  expect(await store.get('c')).toBeDefined();
});
