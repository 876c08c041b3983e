import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openStore } from '../../../infra/servers/store/index.ts';
import {
  type TaskEngine,
  type TaskRecord,
  type TaskStore,
  taskEngine,
} from '../../../infra/servers/tasks/index.ts';
import { redisTaskStore } from '../../../infra/servers/tasks/redis.ts';
import { sqliteTaskStore } from '../../../infra/servers/tasks/sqlite.ts';
import { byHandle, tools } from '../../../infra/servers/tools/index.ts';
import { systemClock } from '../../../src/core/index.ts';
import { committedTasks, ledgerWriter } from '../../../src/record/index.ts';
import { temporaryFolder } from '../../support/cli.ts';
import { testRedis } from '../../support/redis.ts';
import { need, redisServer } from '../../support/requirements.ts';

/** One task, one commit, wherever between its two writes, to the ledger and to the store, an owner dies. */

const leaseMs = 60_000;
const [reportTool] = tools.filter(({ name }) => name === 'report');
if (reportTool === undefined) throw new Error('there is no tool report');
const report = reportTool;
/** After so long nothing that a dead owner held is held any more: its lease, and its lock in Redis. */
const forgottenMs = leaseMs + 3_000;

async function engineOf(replica: string, store: TaskStore, path: string): Promise<TaskEngine> {
  const baskets = await openStore({ kind: 'memory' });
  return taskEngine({
    store,
    policy: { leaseMs: 60, retry: 'nobody', ttlMs: 600_000, retention: 'kept', pollIntervalMs: 40 },
    owner: replica,
    tools: [report],
    toolContext: () => ({ store: baskets, baskets: byHandle }),
    ledger: ledgerWriter(path, { clock: systemClock(), replica, boot: 1 }),
    committed: (taskIds) => committedTasks(path, taskIds),
    onTrouble: () => {},
  });
}

/** A store as its owner leaves it that dies right before, or right behind, the line of its commit. */
function dyingAt(moment: 'before' | 'behind', store: TaskStore, died: () => void): TaskStore {
  return {
    ...store,
    // Held for longer than the test waits, until its clock is turned.
    create: (task) => store.create(task, leaseMs),
    renew: (owner) => store.renew(owner, leaseMs),
    takeOver: async () => [],
    change: (taskId, decide, effect) =>
      store.change(
        taskId,
        decide,
        effect &&
          (() => {
            if (moment === 'behind') effect();
            died();
            throw new Error('killed');
          }),
      ),
  };
}

it.for([
  ['sqlite', 'before', 'r2'],
  ['sqlite', 'behind', 'r1'],
  ['redis', 'before', 'r2'],
  ['redis', 'behind', 'r1'],
] as const)('in %s, with an owner that dies right %s it', async ([kind, moment, committer], { skip }) => {
  if (kind === 'redis') need(redisServer(), skip);
  using folder = temporaryFolder();
  const ledger = join(folder.path, 'ledger.ndjson');
  let nowMs = 1_000;
  const clock = { nowMs: () => nowMs };
  await using redis = kind === 'redis' ? await testRedis() : undefined;
  const open = async () =>
    redis
      ? redisTaskStore({ kind: 'redis', address: redis.address, prefix: 'test:' }, () => {}, clock)
      : sqliteTaskStore(join(folder.path, 'store.sqlite'), clock);
  const death = Promise.withResolvers<void>();
  const [one, two] = [await open(), await open()];

  const dying = await engineOf('r1', dyingAt(moment, one, death.resolve), ledger);
  const { taskId } = await dying.create(report, { steps: 2, stepMs: 1 }, { opId: 'op' });
  await death.promise;
  dying.close();
  const heir = await engineOf('r2', two, ledger);
  const ended = new Promise<TaskRecord>((resolve) =>
    heir.onChange(taskId, (task) => {
      if (task.status === 'completed') resolve(task);
    }),
  );
  nowMs += forgottenMs;
  expect(await ended).toMatchObject({ steps: 2, result: { structuredContent: { steps: 2 } } });
  heir.close();
  await one.close();
  await two.close();
  const lines = readFileSync(ledger, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const commits = lines.filter(({ event }) => event === 'commit');
  expect(commits).toMatchObject([{ opId: 'op', taskId, replica: committer }]);
});
