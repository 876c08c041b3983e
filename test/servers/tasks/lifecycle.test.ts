import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Folder, temporaryFolder } from '../../support/cli.ts';
import { type Replica, startReplica } from '../replica.ts';
import { callTool, readAnswer } from '../wire.ts';
import {
  createTask,
  deedNames,
  extension,
  getTask,
  rpc,
  send,
  type Task,
  untilStatus,
} from './task-client.ts';

/** The tasks extension on the server of 2026-07-28, in one process. */

let folder: Folder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

const ledger = () => join(folder.path, 'ledger.ndjson');
const start = (store: 'memory' | 'sqlite', env: Record<string, string> = {}): Promise<Replica> =>
  startReplica('stateless-v2', {
    WINDTUNNEL_LEDGER: ledger(),
    WINDTUNNEL_TASK_STORE: store === 'memory' ? 'memory' : `sqlite:${join(folder.path, 'store.sqlite')}`,
    WINDTUNNEL_TASK_POLL_MS: '50',
    ...env,
  });
const quick = { steps: 2, stepMs: 1 };
const forEver = { steps: 1, stepMs: 60_000 };

describe.each(['memory', 'sqlite'] as const)('tasks in %s', (store) => {
  it('are in the store and the ledger before the handle leaves, and commit before they are completed', async () => {
    await using replica = await start(store);
    const created = await createTask(replica.url, quick, 'op');
    expect(created).toMatchObject({
      resultType: 'task',
      status: 'working',
      ttlMs: 60_000,
      pollIntervalMs: 50,
    });
    expect(created.taskId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Date.parse(created.createdAt)).toBeGreaterThan(0);
    expect(created).not.toHaveProperty('content');
    expect(created).not.toHaveProperty('result');
    expect(deedNames(ledger(), 'op')[0]).toBe('created');

    const done = await untilStatus(replica.url, created.taskId, 'completed');
    expect(done).toMatchObject({ resultType: 'complete', result: { structuredContent: { steps: 2 } } });
    // Whoever sees it completed can be sure of what the ledger says.
    expect(deedNames(ledger(), 'op')).toEqual([
      'created',
      'begin',
      'step:1',
      'step:2',
      'commit',
      'completed',
    ]);
  });

  it('stop when they are cancelled, and have no effect', async () => {
    await using replica = await start(store);
    const { taskId } = await createTask(replica.url, forEver, 'op');
    expect(await rpc(replica.url, 'tasks/cancel', { taskId })).toMatchObject({
      status: 200,
      result: { resultType: 'complete' },
    });
    const task = await untilStatus(replica.url, taskId, 'cancelled', 'completed');
    expect(task.status).toBe('cancelled');
    expect(deedNames(ledger(), 'op')).toEqual(['created', 'begin', 'abort', 'cancelled']);
    // Once more is no mistake.
    expect((await rpc(replica.url, 'tasks/cancel', { taskId })).result).toMatchObject({
      resultType: 'complete',
    });
    expect((await getTask(replica.url, taskId)).status).toBe('cancelled');
  });

  it('go on in spite of that if they are told to', async () => {
    await using replica = await start(store);
    const { taskId } = await createTask(replica.url, { steps: 4, stepMs: 50, ignoreCancel: true }, 'op');
    await rpc(replica.url, 'tasks/cancel', { taskId });
    expect((await untilStatus(replica.url, taskId, 'cancelled', 'completed')).status).toBe('completed');
    expect(deedNames(ledger(), 'op').filter((deed) => deed === 'commit')).toHaveLength(1);
  });

  it('ask for input half-way, once, and pass over answers to nothing', async () => {
    await using replica = await start(store);
    const { taskId } = await createTask(replica.url, { ...quick, needInput: true }, 'op');
    const asking = await untilStatus(replica.url, taskId, 'input_required');
    const [key = ''] = Object.keys(asking.inputRequests ?? {});
    expect(asking.inputRequests?.[key]?.method).toBe('elicitation/create');

    const accept = { action: 'accept', content: { goOn: true } };
    const update = (inputResponses: object) => rpc(replica.url, 'tasks/update', { taskId, inputResponses });
    expect((await update({ 'never-asked': accept })).result).toMatchObject({ resultType: 'complete' });
    expect((await getTask(replica.url, taskId)).status).toBe('input_required');
    expect((await update({ [key]: accept })).result).toMatchObject({ resultType: 'complete' });
    await untilStatus(replica.url, taskId, 'completed');
    expect((await update({ [key]: accept })).result).toMatchObject({ resultType: 'complete' });
    expect(deedNames(ledger(), 'op')).toEqual([
      ...['created', 'begin', 'step:1', 'input-required', 'answered', 'step:2', 'commit', 'completed'],
    ]);
  });

  it('end without effect when the client declines', async () => {
    await using replica = await start(store);
    const { taskId } = await createTask(replica.url, { ...quick, needInput: true }, 'op');
    const { inputRequests = {} } = await untilStatus(replica.url, taskId, 'input_required');
    const inputResponses = Object.fromEntries(
      Object.keys(inputRequests).map((key) => [key, { action: 'decline' }]),
    );
    await rpc(replica.url, 'tasks/update', { taskId, inputResponses });
    const task = await untilStatus(replica.url, taskId, 'completed', 'failed');
    expect(task).toMatchObject({ status: 'completed', result: { isError: true } });
    expect(deedNames(ledger(), 'op')).not.toContain('commit');
  });

  it('fail transiently for the client to call again', async () => {
    await using replica = await start(store);
    const args = { ...quick, failTransiently: 1 };
    const first = await createTask(replica.url, args, 'op');
    expect(await untilStatus(replica.url, first.taskId, 'failed', 'completed')).toMatchObject({
      status: 'failed',
      error: { code: -32603, data: { transient: true } },
    });
    const second = await createTask(replica.url, args, 'op');
    expect((await untilStatus(replica.url, second.taskId, 'failed', 'completed')).status).toBe('completed');
    expect(deedNames(ledger(), 'op').filter((deed) => deed === 'commit')).toHaveLength(1);
  });

  it('are begun again by the server that retries, and fail for good even so', async () => {
    await using replica = await start(store, { WINDTUNNEL_TASK_RETRY: 'server' });
    const once = await createTask(replica.url, { ...quick, failTransiently: 1 }, 'once');
    await untilStatus(replica.url, once.taskId, 'completed', 'failed');
    expect(deedNames(ledger(), 'once')).toEqual([
      ...['created', 'begin', 'step:1', 'abort', 'retried'],
      ...['begin', 'step:1', 'step:2', 'commit', 'completed'],
    ]);
    const never = await createTask(replica.url, { ...quick, failForGood: true }, 'never');
    expect(await untilStatus(replica.url, never.taskId, 'completed', 'failed')).toMatchObject({
      status: 'failed',
      error: { code: -32603, data: { transient: false } },
    });
    expect(deedNames(ledger(), 'never')).toEqual(['created', 'begin', 'step:1', 'abort', 'failed']);
  });

  it('tell who listens of each state until the end', async () => {
    await using replica = await start(store);
    const { taskId } = await createTask(replica.url, { ...quick, needInput: true });
    const { inputRequests = {} } = await untilStatus(replica.url, taskId, 'input_required');
    await using stream = await listen(replica.url, [taskId, 'unknown']);
    expect(await stream.next()).toMatchObject({
      method: 'notifications/subscriptions/acknowledged',
      params: { notifications: { taskIds: [taskId] } },
    });
    expect(await stream.next()).toMatchObject({
      method: 'notifications/tasks',
      params: { taskId, status: 'input_required', inputRequests },
    });
    const inputResponses = Object.fromEntries(
      Object.keys(inputRequests).map((key) => [key, { action: 'accept' }]),
    );
    await rpc(replica.url, 'tasks/update', { taskId, inputResponses });
    const statuses = ['working'];
    for (let told = await stream.next(); ; told = await stream.next()) {
      const { status, result } = (told as { params: Task }).params;
      statuses.push(status);
      if (status === 'completed') {
        expect(result).toEqual((await getTask(replica.url, taskId)).result);
        break;
      }
    }
    expect(new Set(statuses)).toEqual(new Set(['working', 'completed']));
  });
});

describe('what a client may not do', () => {
  it('is refused with the code that SEP-2663 has for it', async () => {
    await using replica = await start('memory');
    const { url } = replica;
    const { taskId } = await createTask(url, forEver);
    for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
      const undeclared = await rpc(url, method, { taskId, inputResponses: {} }, { declared: false });
      expect(undeclared, method).toMatchObject({
        status: 400,
        error: { code: -32021, data: { requiredCapabilities: { extensions: { [extension]: {} } } } },
      });
      const misnamed = await rpc(url, method, { taskId, inputResponses: {} }, { name: 'another' });
      expect(misnamed, method).toMatchObject({ status: 400, error: { code: -32020 } });
      for (const unknown of ['unknown', 'x'.repeat(10_000)]) {
        const answer = await rpc(url, method, { taskId: unknown, inputResponses: {} });
        expect(answer.error?.code, method).toBe(-32602);
      }
    }
    const listening = { notifications: { taskIds: [taskId] } };
    expect(await rpc(url, 'subscriptions/listen', listening, { declared: false })).toMatchObject({
      status: 400,
      error: { code: -32021 },
    });
    // None of it has touched the task.
    expect((await getTask(url, taskId)).status).toBe('working');
  });

  it('is refused where it is no id, and passed over where it answers nothing', async () => {
    await using replica = await start('memory');
    const { url } = replica;
    const { taskId } = await createTask(url, { ...quick, needInput: true });
    const asking = await untilStatus(url, taskId, 'input_required');
    for (const bad of [7, null, [], { a: 1 }]) {
      for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
        const answer = await rpc(url, method, { taskId: bad, inputResponses: {} });
        expect(answer.error?.code, `${method} ${JSON.stringify(bad)}`).toBe(-32602);
      }
    }
    const many = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`never-${i}`, null]));
    const inherited = JSON.parse('{"__proto__": {}, "constructor": {}}');
    // What is no object the SDK takes away, as if nothing had been said.
    for (const inputResponses of [many, inherited, 7, null, 'yes', []]) {
      expect((await rpc(url, 'tasks/update', { taskId, inputResponses })).error).toBeUndefined();
    }
    expect(await getTask(url, taskId)).toEqual({ ...asking, resultType: 'complete' });
  });

  it('is answered as a blocking call where the extension is not declared', async () => {
    await using replica = await start('memory');
    const params = { name: 'report', arguments: quick };
    const answer = await rpc(replica.url, 'tools/call', params, { declared: false, opId: 'op' });
    expect(answer.result).toMatchObject({ resultType: 'complete', structuredContent: { steps: 2 } });
    expect(deedNames(ledger(), 'op')).toEqual(['begin', 'commit']);
  });

  it('is told of bad arguments as any call is', async () => {
    await using replica = await start('memory');
    const params = { name: 'report', arguments: { steps: 0 } };
    expect((await rpc(replica.url, 'tools/call', params)).result).toMatchObject({ isError: true });
  });
});

it('declares the extension only where there are tasks', async () => {
  await using without = await startReplica('stateless-v2');
  await using replica = await start('memory');
  const capabilities = async (url: URL) =>
    ((await rpc(url, 'server/discover', {})).result as { capabilities: { extensions?: object } })
      .capabilities;
  expect((await capabilities(replica.url)).extensions).toEqual({ [extension]: {} });
  expect(await capabilities(without.url)).not.toHaveProperty('extensions');
  expect((await rpc(without.url, 'tasks/get', { taskId: 'any' })).error?.code).toBe(-32601);
});

it('makes progress known to a blocking call that wants to know', async () => {
  await using replica = await startReplica('stateless-v2');
  const params = { name: 'report', arguments: quick, _meta: { progressToken: 'p' } };
  const response = await send(replica.url, 'tools/call', params, { declared: false });
  const text = await response.text();
  const steps = [...text.matchAll(/"method":"notifications\/progress"[^\n]*?"progress":(\d)/g)].map(
    (m) => m[1],
  );
  expect(steps).toEqual(['1', '2']);
  expect(text).toContain('"structuredContent":{"steps":2}');
});

it.each(['stateful-v2', 'stateful-v1'] as const)('%s runs the report as a blocking call', async (server) => {
  await using replica = await startReplica(server, { WINDTUNNEL_LEDGER: ledger() });
  const { openSession } = await import('../wire.ts');
  const session = await openSession(replica.url);
  const result = await callTool(server, replica.url, 'report', quick, { session, opId: 'op' });
  expect(result.structuredContent).toEqual({ steps: 2 });
  expect(deedNames(ledger(), 'op')).toEqual(['begin', 'commit']);
});

describe('a result is kept', () => {
  const isGone = async (url: URL, taskId: string): Promise<void> => {
    while ((await rpc(url, 'tasks/get', { taskId })).error?.code !== -32602);
  };

  it('as long as promised', async () => {
    await using replica = await start('memory', { WINDTUNNEL_TASK_TTL_MS: '1500' });
    const { taskId, createdAt, ttlMs } = await createTask(replica.url, quick, 'op');
    expect(ttlMs).toBe(1500);
    await isGone(replica.url, taskId);
    expect(Date.now() - Date.parse(createdAt)).toBeGreaterThan(1400);
  });

  it('for half a second where retention is short, as the server says', async () => {
    await using replica = await start('memory', { WINDTUNNEL_TASK_RETENTION: 'short' });
    const { taskId, ttlMs } = await createTask(replica.url, quick, 'op');
    expect(ttlMs).toBe(500);
    await isGone(replica.url, taskId);
  });

  it('for half a second after its end where retention is ignored, whatever the server says', async () => {
    await using replica = await start('sqlite', { WINDTUNNEL_TASK_RETENTION: 'ignored' });
    const { taskId, ttlMs } = await createTask(replica.url, quick, 'op');
    expect(ttlMs).toBe(60_000);
    const { lastUpdatedAt } = await untilStatus(replica.url, taskId, 'completed');
    await isGone(replica.url, taskId);
    expect(Date.now() - Date.parse(lastUpdatedAt)).toBeLessThan(30_000);
    while (!deedNames(ledger(), 'op').includes('expired')) await getGone(replica.url);
    expect(deedNames(ledger(), 'op').filter((deed) => deed === 'expired')).toHaveLength(1);
  });
  const getGone = (url: URL) => rpc(url, 'tasks/get', { taskId: 'any' });
});

interface Stream extends AsyncDisposable {
  /** The next message. */
  next(): Promise<object>;
}

async function listen(url: URL, taskIds: string[]): Promise<Stream> {
  const abort = new AbortController();
  const response = await send(
    url,
    'subscriptions/listen',
    { notifications: { taskIds } },
    { signal: abort.signal },
  );
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
    throw new Error(JSON.stringify(await readAnswer(response)));
  }
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  return {
    async next() {
      for (;;) {
        const end = rest.indexOf('\n\n');
        if (end >= 0) {
          const data = /^data: (.+)$/m.exec(rest.slice(0, end))?.[1];
          rest = rest.slice(end + 2);
          if (data !== undefined) return JSON.parse(data) as object;
          continue;
        }
        const { value, done } = (await reader?.read()) ?? { done: true, value: undefined };
        if (done) throw new Error('the stream has ended');
        rest += value;
      }
    },
    async [Symbol.asyncDispose]() {
      abort.abort();
    },
  };
}
