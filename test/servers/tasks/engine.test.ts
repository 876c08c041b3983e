import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../../infra/servers/store/index.ts';
import {
  memoryTaskStore,
  type TaskEngine,
  type TaskPolicy,
  type TaskRecord,
  type TaskStore,
  taskEngine,
} from '../../../infra/servers/tasks/index.ts';
import { sqliteTaskStore } from '../../../infra/servers/tasks/sqlite.ts';
import { byHandle, type Tool } from '../../../infra/servers/tools/index.ts';
import { type Folder, temporaryFolder } from '../../support/cli.ts';

/** The engine of tasks at the moments that processes hit by chance only. */

let folder: Folder;
const open: { close(): unknown }[] = [];
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  folder[Symbol.dispose]();
});

const policy: TaskPolicy = {
  leaseMs: 60_000,
  retry: 'nobody',
  ttlMs: 60_000,
  retention: 'kept',
  pollIntervalMs: 40,
};

function opened<T extends { close(): unknown }>(one: T): T {
  open.unshift(one);
  return one;
}

const sqlite = () => opened(sqliteTaskStore(join(folder.path, 'store.sqlite')));

async function start(
  owner: string,
  store: TaskStore,
  tool: Tool,
  notes: string[],
  more: Partial<TaskPolicy> = {},
) {
  const baskets = await openStore({ kind: 'memory' });
  return opened(
    taskEngine({
      store,
      policy: { ...policy, ...more },
      owner,
      tools: [tool],
      toolContext: () => ({ store: baskets, baskets: byHandle }),
      ledger: {
        write: (entry) => notes.push(`${owner} ${entry.event === 'task' ? entry.what : entry.event}`),
        close() {},
      },
      committed: async (taskIds) => new Set(notes.some((note) => note.endsWith(' commit')) ? taskIds : []),
      onTrouble: (message) => notes.push(message),
    }),
  );
}

/** A tool that ends when the test says so, and tells when it has begun. */
function gated(more: { evenIfCancelled?: boolean } = {}) {
  const gate = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const tool: Tool = {
    name: 'report',
    description: '',
    fields: {},
    takesBasket: false,
    readOnly: false,
    async run() {
      begun.resolve();
      await gate.promise;
      return { kind: 'done', answer: {}, ...more };
    },
  };
  return { tool, begun: begun.promise, go: () => gate.resolve() };
}

const final = (engine: TaskEngine, taskId: string) =>
  new Promise<TaskRecord>((resolve) =>
    engine.onChange(taskId, (task) => {
      if (['completed', 'failed', 'cancelled'].includes(task.status)) resolve(task);
    }),
  );

it('an owner whose task was taken over does not commit what it has in its hands', async () => {
  const notes: string[] = [];
  const { tool, begun, go } = gated();
  const store = sqlite();
  const engine = await start('me', store, tool, notes);
  const { taskId } = await engine.create(tool, {}, { opId: 'op' });
  await begun;
  await store.release('me');
  expect(await store.takeOver('you', 60_000, 1)).toHaveLength(1);
  go();
  // The engine asks the store next; what it would do after that it has done a turn later.
  await new Promise((resolve) => setImmediate(resolve));
  expect(notes).toEqual(['me created', 'me begin']);
  expect(await store.get(taskId)).toMatchObject({ status: 'working', owner: 'you' });
});

it('the effect is noted while nobody can see the end of the task yet', async () => {
  const { tool, go } = gated();
  const other = sqlite();
  const seen: (string | undefined)[] = [];
  const notes: string[] = [];
  const store = sqlite();
  const watching: TaskStore = {
    ...store,
    change: (taskId, decide, effect) =>
      store.change(taskId, decide, () => {
        effect?.();
        seen.push(`${notes.at(-1)}: ${(other.get(taskId) as TaskRecord | undefined)?.status}`);
      }),
  };
  const engine = await start('me', watching, tool, notes);
  const { taskId } = await engine.create(tool, {}, { opId: 'op' });
  go();
  await final(engine, taskId);
  expect(seen).toEqual(['me commit: working']);
});

describe('a cancellation that is acknowledged', () => {
  it('keeps the work from having an effect, even if it is done already', async () => {
    const notes: string[] = [];
    const { tool, begun, go } = gated();
    const engine = await start('me', opened(memoryTaskStore()), tool, notes);
    const { taskId } = await engine.create(tool, {}, { opId: 'op' });
    await begun;
    expect(await engine.cancel(taskId)).toMatchObject({ status: 'working', cancelRequested: true });
    go();
    expect((await final(engine, taskId)).status).toBe('cancelled');
    expect(notes).toEqual(['me created', 'me begin', 'me abort', 'me cancelled']);
  });

  it('at once is final at once, and what stands in spite of it stands', async () => {
    const notes: string[] = [];
    const { tool, begun, go } = gated({ evenIfCancelled: true });
    const store = opened(memoryTaskStore());
    const engine = await start('me', store, tool, notes);
    const { taskId } = await engine.create(tool, {}, { opId: 'op' });
    await begun;
    expect(await engine.cancel(taskId, { atOnce: true })).toMatchObject({ status: 'cancelled' });
    go();
    await new Promise((resolve) => setImmediate(resolve));
    expect(notes).toEqual(['me created', 'me begin', 'me cancelled', 'me commit']);
    expect(await store.get(taskId)).toMatchObject({ status: 'cancelled', owner: null });
  });
});

it('a task that is made while tasks are handed over is begun by another replica', async () => {
  const notes: string[] = [];
  const { tool, go } = gated();
  go();
  const one = await start('me', sqlite(), tool, notes);
  await one.handOver();
  const { taskId } = await one.create(tool, {}, { opId: 'op' });
  expect(notes).toEqual(['me created']);
  const two = await start('you', sqlite(), tool, notes, { leaseMs: 100 });
  expect((await final(two, taskId)).status).toBe('completed');
  expect(notes).toEqual(['me created', 'you taken-over', 'you begin', 'you commit', 'you completed']);
});

it('memory that ends with its process takes no task any more', async () => {
  const { tool } = gated();
  const engine = await start('me', opened(memoryTaskStore()), tool, []);
  await engine.handOver();
  await expect(engine.create(tool, {}, {})).rejects.toThrow('this process ends');
});

it('a store that fails for a moment costs no task', async () => {
  const notes: string[] = [];
  const { tool, begun, go } = gated();
  const store = sqlite();
  let away = true;
  const failing: TaskStore = {
    ...store,
    change(taskId, decide, effect) {
      if (!away) return store.change(taskId, decide, effect);
      away = false;
      throw new Error('the store is away');
    },
  };
  const engine = await start('me', failing, tool, notes, { leaseMs: 100 });
  const { taskId } = await engine.create(tool, {}, { opId: 'op' });
  await begun;
  go();
  expect((await final(engine, taskId)).status).toBe('completed');
  expect(notes.filter((note) => note === 'me commit')).toHaveLength(1);
  expect(notes).toContain(`task ${taskId}: the store is away`);
});

it('a store that fails when the effect is noted already gets the end of the task, and no second effect', async () => {
  const notes: string[] = [];
  const { tool, begun, go } = gated();
  const store = sqlite();
  let away = true;
  const failing: TaskStore = {
    ...store,
    change: (taskId, decide, effect) =>
      store.change(taskId, decide, () => {
        effect?.();
        if (!away || effect === undefined) return;
        away = false;
        throw new Error('the store is away');
      }),
  };
  const engine = await start('me', failing, tool, notes, { leaseMs: 100 });
  const { taskId } = await engine.create(tool, {}, { opId: 'op' });
  await begun;
  go();
  expect(await final(engine, taskId)).toMatchObject({ status: 'completed', owner: null });
  expect(notes.slice(2)).toEqual([
    'me commit',
    `task ${taskId}: the store is away`,
    'me taken-over',
    'me completed',
  ]);
});

it('a task whose effect stands is completed though its cancellation came before its end', async () => {
  const notes: string[] = ['dead commit'];
  const { tool, go } = gated();
  go();
  const one = await start('me', sqlite(), tool, notes);
  await one.handOver();
  const { taskId } = await one.create(tool, {}, { opId: 'op' });
  await one.cancel(taskId);
  const two = await start('you', sqlite(), tool, notes, { leaseMs: 100 });
  expect(await final(two, taskId)).toMatchObject({ status: 'completed', result: { structuredContent: {} } });
  expect(notes.slice(1)).toEqual(['me created', 'you taken-over', 'you completed']);
});

it('a time to live that is no length of time is passed over, and one for ever is cut', async () => {
  const { tool } = gated();
  const engine = await start('me', opened(memoryTaskStore()), tool, []);
  const kept = async (ttlMs: number) => (await engine.create(tool, {}, { ttlMs })).ttlMs;
  expect(await kept(1234)).toBe(1234);
  for (const absurd of [-1, 0, 1.5, Number.NaN]) expect(await kept(absurd)).toBe(60_000);
  expect(await kept(Number.MAX_SAFE_INTEGER)).toBe(86_400_000);
});
