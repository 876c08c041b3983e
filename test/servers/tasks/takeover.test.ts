import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Folder, temporaryFolder } from '../../support/cli.ts';
import { type Replica, startProgram, startReplica } from '../replica.ts';
import { createTask, deedNames, deeds, getTask, rpc, untilStatus } from './task-client.ts';

/** Two processes, one store: what becomes of a task whose owner is gone, or was away. */

/** Long for a machine that is busy with other things, too: nobody loses a task that is not stopped. */
const leaseMs = 1500;
let folder: Folder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

const ledger = () => join(folder.path, 'ledger.ndjson');
const envOf = (replica: string, env: Record<string, string>) => ({
  WINDTUNNEL_REPLICA: replica,
  WINDTUNNEL_LEDGER: ledger(),
  WINDTUNNEL_TASK_STORE: `sqlite:${join(folder.path, 'store.sqlite')}`,
  WINDTUNNEL_TASK_LEASE_MS: String(leaseMs),
  WINDTUNNEL_TASK_POLL_MS: '40',
  ...env,
});
const start = (replica: string, env: Record<string, string> = {}): Promise<Replica> =>
  startReplica('stateless-v2', envOf(replica, env));
/** One that gets SIGKILL right before it writes a commit to the ledger, or right behind that. */
const startMortal = (replica: string, dies: 'before' | 'behind') =>
  startProgram(new URL('mortal-server-main.ts', import.meta.url), envOf(replica, { DIES: dies }));

const slow = { steps: 8, stepMs: 150 };
const commits = (opId: string) => deeds(ledger(), opId).filter(({ what }) => what === 'commit');

/** Asks the other replica until so many steps are kept. */
async function untilStep(url: URL, taskId: string, step: number): Promise<void> {
  for (;;) {
    const task = (await getTask(url, taskId)) as { statusMessage?: string };
    if (Number(/^\d+/.exec(task.statusMessage ?? '0')?.[0]) >= step) return;
  }
}

/** Each step is done, and one is done again at most by each who takes over. */
function expectAllSteps(opId: string, steps: number): void {
  const all = deedNames(ledger(), opId);
  const done = all.filter((deed) => deed.startsWith('step:'));
  const takenOver = all.filter((deed) => deed === 'taken-over').length;
  expect([...new Set(done)]).toEqual(Array.from({ length: steps }, (_, i) => `step:${i + 1}`));
  expect(done.length).toBeLessThanOrEqual(steps + takenOver);
}

describe('a task in a shared store', () => {
  it('is answered for by every replica', async () => {
    await using one = await start('r1');
    await using two = await start('r2');
    const { taskId } = await createTask(one.url, { ...slow, needInput: true }, 'op');
    const { inputRequests = {} } = await untilStatus(two.url, taskId, 'input_required');
    const inputResponses = Object.fromEntries(
      Object.keys(inputRequests).map((key) => [key, { action: 'accept' }]),
    );
    await rpc(two.url, 'tasks/update', { taskId, inputResponses });
    await untilStatus(two.url, taskId, 'completed');
    expect(commits('op')).toMatchObject([{ replica: 'r1' }]);
    expect(deedNames(ledger(), 'op')).not.toContain('taken-over');
  });

  it('hears of its cancellation wherever it was asked for', async () => {
    await using one = await start('r1');
    await using two = await start('r2');
    const { taskId } = await createTask(one.url, { steps: 1, stepMs: 60_000 }, 'op');
    await rpc(two.url, 'tasks/cancel', { taskId });
    expect((await untilStatus(two.url, taskId, 'cancelled', 'completed')).status).toBe('cancelled');
    expect(deedNames(ledger(), 'op')).toEqual(['created', 'begin', 'abort', 'cancelled']);
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)('goes on elsewhere when its owner ends by %s', async (signal) => {
    await using one = await start('r1');
    await using two = await start('r2');
    const { taskId } = await createTask(one.url, slow, 'op');
    await untilStep(two.url, taskId, 3);
    one.child.kill(signal);
    expect(await one.exited).toMatchObject(signal === 'SIGTERM' ? { code: 0, stderr: '' } : { signal });
    const task = await untilStatus(two.url, taskId, 'completed', 'failed', 'cancelled');
    expect(task).toMatchObject({ status: 'completed', result: { structuredContent: { steps: 8 } } });
    expect(commits('op')).toMatchObject([{ replica: 'r2' }]);
    expect(deedNames(ledger(), 'op').filter((deed) => deed === 'taken-over')).toHaveLength(1);
    expectAllSteps('op', 8);
  });

  it('is not committed by an owner that was stopped for longer than its lease', async () => {
    await using one = await start('r1');
    await using two = await start('r2');
    const { taskId } = await createTask(one.url, slow, 'op');
    await untilStep(two.url, taskId, 3);
    one.child.kill('SIGSTOP');
    await untilStatus(two.url, taskId, 'completed', 'failed', 'cancelled');
    one.child.kill('SIGCONT');
    // It answers as it should, and has found out by the time that it has ended in order.
    expect((await getTask(one.url, taskId)).status).toBe('completed');
    one.child.kill('SIGTERM');
    expect(await one.exited).toMatchObject({ code: 0 });
    expect(commits('op')).toMatchObject([{ replica: 'r2' }]);
    expectAllSteps('op', 8);
  });

  it('stays with an owner that wakes before anyone takes over', async () => {
    await using one = await start('r1', { WINDTUNNEL_TASK_LEASE_MS: '60000' });
    await using two = await start('r2', { WINDTUNNEL_TASK_LEASE_MS: '60000' });
    const { taskId } = await createTask(one.url, slow, 'op');
    await untilStep(two.url, taskId, 3);
    one.child.kill('SIGSTOP');
    expect((await getTask(two.url, taskId)).status).toBe('working');
    one.child.kill('SIGCONT');
    await untilStatus(two.url, taskId, 'completed', 'failed', 'cancelled');
    expect(commits('op')).toMatchObject([{ replica: 'r1' }]);
    expect(deedNames(ledger(), 'op')).not.toContain('taken-over');
  });

  it('goes on waiting for the same answer when it is taken over', async () => {
    await using one = await start('r1');
    await using two = await start('r2');
    const { taskId } = await createTask(one.url, { steps: 2, stepMs: 1, needInput: true }, 'op');
    const { inputRequests: first = {} } = await untilStatus(two.url, taskId, 'input_required');
    one.child.kill('SIGKILL');
    await one.exited;
    while (!deedNames(ledger(), 'op').includes('taken-over')) await getTask(two.url, taskId);
    expect((await getTask(two.url, taskId)).inputRequests).toEqual(first);
    const inputResponses = Object.fromEntries(Object.keys(first).map((key) => [key, { action: 'accept' }]));
    await rpc(two.url, 'tasks/update', { taskId, inputResponses });
    await untilStatus(two.url, taskId, 'completed');
    expect(commits('op')).toMatchObject([{ replica: 'r2' }]);
  });

  it.each([
    ['before', 'r2', ['begin', 'commit', 'completed']],
    // The store knows nothing of the commit, whose transaction died with its owner: the ledger does.
    ['behind', 'r1', ['completed']],
  ] as const)('ends in one commit if its owner is killed right %s it', async (dies, committer, done) => {
    await using one = await startMortal('r1', dies);
    await using two = await start('r2');
    const { taskId } = await createTask(one.url, { steps: 2, stepMs: 1 }, 'op');
    expect(await one.exited).toMatchObject({ signal: 'SIGKILL' });
    expect(commits('op')).toHaveLength(dies === 'before' ? 0 : 1);
    const task = await untilStatus(two.url, taskId, 'completed', 'failed', 'cancelled');
    expect(task).toMatchObject({ status: 'completed', result: { structuredContent: { steps: 2 } } });
    expect(commits('op')).toMatchObject([{ replica: committer }]);
    const byTwo = deeds(ledger(), 'op').filter(({ replica }) => replica === 'r2');
    expect(byTwo.map(({ what }) => what)).toEqual(['taken-over', ...done]);
  });

  it('ends in one commit, each of many, with its owners killed again and again', async () => {
    await using last = await start('r0');
    const opIds = Array.from({ length: 15 }, (_, i) => `op-${i}`);
    const taskIds: string[] = [];
    for (const [boot, some] of [opIds.slice(0, 5), opIds.slice(5, 10), opIds.slice(10)].entries()) {
      await using replica = await start('r1', { WINDTUNNEL_BOOT: String(boot + 1) });
      for (const opId of some) {
        taskIds.push((await createTask(replica.url, { steps: 4, stepMs: 20 }, opId)).taskId);
      }
      replica.child.kill('SIGKILL');
      await replica.exited;
    }
    for (const taskId of taskIds) {
      expect((await untilStatus(last.url, taskId, 'completed', 'failed', 'cancelled')).status).toBe(
        'completed',
      );
    }
    for (const opId of opIds) {
      expect(commits(opId), opId).toHaveLength(1);
      expectAllSteps(opId, 4);
    }
  });
});

it('a task in memory is gone with its process', async () => {
  await using one = await start('r1', { WINDTUNNEL_TASK_STORE: 'memory' });
  await using two = await start('r2', { WINDTUNNEL_TASK_STORE: 'memory' });
  const { taskId } = await createTask(one.url, slow, 'op');
  expect((await rpc(two.url, 'tasks/get', { taskId })).error?.code).toBe(-32602);
  one.child.kill('SIGTERM');
  expect(await one.exited).toMatchObject({ code: 0, stderr: '' });
  expect(commits('op')).toEqual([]);
});
