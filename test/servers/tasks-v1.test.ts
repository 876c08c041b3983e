import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createParser } from 'eventsource-parser';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { redisUrl } from '../../src/core/index.ts';
import type { LedgerEntry } from '../../src/record/index.ts';
import { type Folder, temporaryFolder } from '../support/cli.ts';
import { type TestRedis, testRedis } from '../support/redis.ts';
import { need, redisServer } from '../support/requirements.ts';
import { type Replica, startReplica } from './replica.ts';
import { callTool, openSession, post, readAnswer, sessionHeader } from './wire.ts';

/** Tasks of 2025-11-25, byte for byte as a client sees them. */

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

interface Task {
  taskId: string;
  status: string;
  statusMessage?: string;
  ttl: number;
  pollInterval: number;
}
interface Rpc {
  id?: unknown;
  method?: string;
  params?: Record<string, unknown> & Task;
  result?: Record<string, unknown> & Task;
  error?: { code: number; message: string; data?: unknown };
}

const related = (taskId: string) => ({ 'io.modelcontextprotocol/related-task': { taskId } });
const inMemory = { WINDTUNNEL_TASK_STORE: 'memory', WINDTUNNEL_TASK_POLL_MS: '30' };

function shared(store: 'sqlite' | 'redis', { skip }: TestContext): Record<string, string> {
  const timing = { WINDTUNNEL_TASK_POLL_MS: '30', WINDTUNNEL_TASK_LEASE_MS: '300' };
  if (store === 'sqlite') {
    const url = `sqlite:${join(folder.path, 'store.sqlite')}`;
    return { ...timing, WINDTUNNEL_STORE: url, WINDTUNNEL_TASK_STORE: url };
  }
  need(redisServer(), skip);
  if (redis === undefined) throw new Error('there is no Redis');
  const url = redisUrl(redis.address);
  const prefix = { WINDTUNNEL_STORE_PREFIX: `${basename(folder.path)}:` };
  return { ...timing, ...prefix, WINDTUNNEL_STORE: url, WINDTUNNEL_TASK_STORE: url };
}

const replica = (env: Record<string, string>, name = 'r1') =>
  startReplica('stateful-v1', {
    ...env,
    WINDTUNNEL_REPLICA: name,
    WINDTUNNEL_LEDGER: join(folder.path, `${name}.ndjson`),
  });

/** A client of one session, which may ask any replica. */
function client(session: string) {
  let id = 0;
  const headers = { [sessionHeader]: session, 'mcp-protocol-version': '2025-11-25' };
  const send = (at: Replica, method: string, params: object = {}) => {
    id += 1;
    return post(at.url, { id, method, params }, { headers });
  };
  const ask = async (at: Replica, method: string, params: object = {}) =>
    (await readAnswer(await send(at, method, params))) as Rpc;
  return {
    send,
    ask,
    async create(at: Replica, args: object, { opId = 'op1', task = {} } = {}) {
      const meta = { 'io.mcp-windtunnel/opId': opId };
      const answer = await ask(at, 'tools/call', { name: 'report', arguments: args, task, _meta: meta });
      const { task: made } = (answer.result ?? {}) as unknown as { task?: Task };
      if (made === undefined) throw new Error(JSON.stringify(answer));
      return made;
    },
    reply: (at: Replica, message: object) => post(at.url, message, { headers }),
    listen: (at: Replica, signal: AbortSignal) =>
      fetch(at.url, { headers: { ...headers, accept: 'text/event-stream' }, signal }),
  };
}

/** Gives each message of a stream as it comes. */
async function* messages(response: Response): AsyncGenerator<Rpc> {
  const ready: Rpc[] = [];
  const parser = createParser({ onEvent: ({ data }) => ready.push(JSON.parse(data) as Rpc) });
  const text = new TextDecoder();
  for await (const piece of response.body ?? []) {
    parser.feed(text.decode(piece as Uint8Array, { stream: true }));
    yield* ready.splice(0);
  }
}

async function firstMessage(response: Response): Promise<{ first: Rpc; rest: AsyncGenerator<Rpc> }> {
  const rest = messages(response);
  const { value } = await rest.next();
  if (value === undefined) throw new Error('the stream has ended');
  return { first: value, rest };
}

/** What a replica notes, in order: it is written before anybody can know of it. */
const deeds = (name = 'r1') =>
  readFileSync(join(folder.path, `${name}.ndjson`), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as LedgerEntry)
    .map((entry) => (entry.event === 'task' ? entry.what : entry.event));

const yes = { action: 'accept', content: { goOn: true } };

describe('a task of stateful-v1', () => {
  it('is offered where the deployment has tasks, for long tools only', async () => {
    await using one = await replica(inMemory);
    await using without = await startReplica('stateful-v1');
    const capabilities = async ({ url }: Replica) => {
      const params = {
        protocolVersion: '2025-11-25',
        capabilities: {},
        clientInfo: { name: 't', version: '1' },
      };
      const answer = (await readAnswer(await post(url, { id: 0, method: 'initialize', params }))) as Rpc;
      return answer.result?.capabilities;
    };
    expect(await capabilities(one)).toMatchObject({
      tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } },
    });
    expect(await capabilities(without)).not.toHaveProperty('tasks');
    const { ask } = client(await openSession(one.url));
    const { result } = await ask(one, 'tools/list');
    const offered = ((result?.tools ?? []) as { name: string; execution?: object }[]).map(
      ({ name, execution }) => [name, execution],
    );
    expect(Object.fromEntries(offered)).toMatchObject({
      report: { taskSupport: 'optional' },
      echo: { taskSupport: 'forbidden' },
    });
    const refused = await ask(one, 'tools/call', { name: 'echo', arguments: { text: 'x' }, task: {} });
    expect(refused.error).toMatchObject({ code: -32601 });
    const wrong = await ask(one, 'tools/call', { name: 'report', arguments: { steps: -1 }, task: {} });
    expect(wrong.error).toMatchObject({ code: -32602 });
  });

  it('is answered with a handle, known while it works, and waited for by tasks/result', async () => {
    await using one = await replica(inMemory);
    const { ask, create } = client(await openSession(one.url));
    const made = await create(one, { steps: 4, stepMs: 30 }, { task: { ttl: 20_000 } });
    expect(made).toMatchObject({ status: 'working', ttl: 20_000, pollInterval: 30 });
    const [state, result] = await Promise.all([
      ask(one, 'tasks/get', { taskId: made.taskId }),
      ask(one, 'tasks/result', { taskId: made.taskId }),
    ]);
    expect(state.result).toMatchObject({ taskId: made.taskId });
    expect(result.result).toMatchObject({ structuredContent: { steps: 4 }, _meta: related(made.taskId) });
    expect((await ask(one, 'tasks/get', { taskId: made.taskId })).result?.status).toBe('completed');
    expect(await ask(one, 'tasks/result', { taskId: made.taskId })).toMatchObject({
      result: { structuredContent: { steps: 4 } },
    });
    const steps = ['step', 'step', 'step', 'step'];
    expect(deeds()).toEqual(['created', 'begin', ...steps, 'commit', 'completed']);
  });

  it('is none where the client does not ask for one', async () => {
    await using one = await replica(inMemory);
    const session = await openSession(one.url);
    const result = await callTool('stateful-v1', one.url, 'report', { stepMs: 1 }, { session, opId: 'op1' });
    expect(result.structuredContent).toEqual({ steps: 5 });
    expect(deeds()).toEqual(['begin', 'commit']);
    const wrong = await callTool('stateful-v1', one.url, 'report', { steps: 0 }, { session });
    expect(wrong).toMatchObject({ isError: true });
  });

  it('that is unknown is -32602, whatever is asked of it', async () => {
    await using one = await replica(inMemory);
    const { ask } = client(await openSession(one.url));
    for (const taskId of ['nobody', 'x'.repeat(10_000), '']) {
      for (const method of ['tasks/get', 'tasks/result', 'tasks/cancel']) {
        expect((await ask(one, method, { taskId })).error?.code).toBe(-32602);
      }
    }
    expect((await ask(one, 'tasks/list', { cursor: 'nobody' })).error?.code).toBe(-32602);
  });

  it('is cancelled at once, once, and has no effect', async () => {
    await using one = await replica(inMemory);
    const { ask, create } = client(await openSession(one.url));
    const { taskId } = await create(one, { steps: 1, stepMs: 60_000 });
    const waiting = ask(one, 'tasks/result', { taskId });
    expect((await ask(one, 'tasks/cancel', { taskId })).result).toMatchObject({
      taskId,
      status: 'cancelled',
    });
    expect((await waiting).result).toMatchObject({ isError: true, _meta: related(taskId) });
    expect((await ask(one, 'tasks/cancel', { taskId })).error?.code).toBe(-32602);
    expect((await ask(one, 'tasks/get', { taskId })).result?.status).toBe('cancelled');
    expect(deeds()).not.toContain('commit');
  });

  it('that fails has the error of its call for a result', async () => {
    await using one = await replica(inMemory);
    const { ask, create } = client(await openSession(one.url));
    const failing = { stepMs: 1, failTransiently: 1 };
    const { taskId } = await create(one, failing);
    const result = await ask(one, 'tasks/result', { taskId });
    expect(result.error).toMatchObject({ code: -32603, data: { transient: true } });
    expect((await ask(one, 'tasks/get', { taskId })).result?.status).toBe('failed');
    const again = await create(one, failing);
    expect((await ask(one, 'tasks/result', { taskId: again.taskId })).result).toMatchObject({
      structuredContent: { steps: 5 },
    });
  });

  it('is listed in its session only, page by page', async () => {
    await using one = await replica(inMemory);
    const [own, other] = [client(await openSession(one.url)), client(await openSession(one.url))];
    const made: string[] = [];
    for (let i = 0; i < 101; i++) {
      const { taskId } = await own.create(one, { steps: 1, stepMs: 0 }, { opId: `op${i}` });
      made.push(taskId);
    }
    const foreign = await other.create(one, { steps: 1, stepMs: 0 }, { opId: 'x' });
    const page = async (params: object) => {
      const { result } = await own.ask(one, 'tasks/list', params);
      return { ids: ((result?.tasks ?? []) as Task[]).map(({ taskId }) => taskId), next: result?.nextCursor };
    };
    const first = await page({});
    const second = await page({ cursor: first.next });
    expect([...first.ids, ...second.ids]).toEqual(made);
    expect(second.next).toBeUndefined();
    expect((await own.ask(one, 'tasks/list', { cursor: foreign.taskId })).error?.code).toBe(-32602);
    // Its id is a secret, and whoever has it may ask.
    expect((await own.ask(one, 'tasks/get', { taskId: foreign.taskId })).result).toMatchObject({
      taskId: foreign.taskId,
    });
  });

  it('tells of its states on the stream of its session, and of none but its own', async () => {
    await using one = await replica(inMemory);
    const [own, other] = [client(await openSession(one.url)), client(await openSession(one.url))];
    const gone = new AbortController();
    const stream = messages(await own.listen(one, gone.signal));
    await other.create(one, { steps: 1, stepMs: 0 }, { opId: 'x' });
    const { taskId } = await own.create(one, { steps: 3, stepMs: 30 });
    const told: Task[] = [];
    for await (const { method, params } of stream) {
      expect(method).toBe('notifications/tasks/status');
      if (params) told.push(params);
      if (params?.status === 'completed') break;
    }
    gone.abort();
    expect(new Set(told.map((task) => task.taskId))).toEqual(new Set([taskId]));
    expect(told.length).toBeGreaterThan(1);
    expect(told[0]?.status).toBe('working');
  });

  it('asks its client on the stream of tasks/result, and goes on when it is answered', async () => {
    await using one = await replica(inMemory);
    const { ask, create, send, reply } = client(await openSession(one.url));
    const { taskId } = await create(one, { steps: 2, stepMs: 1, needInput: true });
    const { first, rest } = await firstMessage(await send(one, 'tasks/result', { taskId }));
    expect(first).toMatchObject({
      method: 'elicitation/create',
      params: { mode: 'form', _meta: related(taskId) },
    });
    expect((await ask(one, 'tasks/get', { taskId })).result?.status).toBe('input_required');
    expect((await reply(one, { id: first.id, result: yes })).status).toBe(202);
    expect((await rest.next()).value).toMatchObject({ result: { structuredContent: { steps: 2 } } });
  });
});

describe.each(['sqlite', 'redis'] as const)('a task of stateful-v1 that is kept in %s', (store) => {
  it('is known to every replica, which can be asked for its result, too', async (context) => {
    const env = shared(store, context);
    await using one = await replica(env);
    await using two = await replica(env, 'r2');
    const { ask, create, reply } = client(await openSession(one.url));
    const { taskId } = await create(one, { steps: 2, stepMs: 1, needInput: true });
    const known = async () => (await ask(two, 'tasks/get', { taskId })).result;
    await expect.poll(async () => (await known())?.status).toBe('input_required');
    expect((await ask(two, 'tasks/list')).result).toMatchObject({ tasks: [{ taskId }] });
    const waiting = ask(two, 'tasks/result', { taskId });
    await reply(one, { id: `task-input:${taskId}:go-on`, result: yes });
    await expect.poll(async () => (await known())?.status).toBe('completed');
    // Its stream has the question first, if that was still open.
    await waiting;
    expect((await ask(two, 'tasks/result', { taskId })).result).toMatchObject({
      structuredContent: { steps: 2 },
    });
    expect(deeds('r2')).toEqual([]);
  });

  it('is carried on by another when its replica is killed, and tells of its end there', async (context) => {
    const env = shared(store, context);
    await using one = await replica(env);
    await using two = await replica(env, 'r2');
    const { ask, create, listen, reply } = client(await openSession(one.url));
    const gone = new AbortController();
    const stream = messages(await listen(two, gone.signal));
    const { taskId } = await create(one, { steps: 2, stepMs: 1, needInput: true });
    const told = async (status: string) => {
      for (;;) {
        const { value } = await stream.next();
        expect(value?.params).toMatchObject({ taskId });
        if (value?.params?.status === status) return;
      }
    };
    await told('input_required');
    one.child.kill('SIGKILL');
    await one.exited;
    await reply(two, { id: `task-input:${taskId}:go-on`, result: yes });
    await told('completed');
    gone.abort();
    expect((await ask(two, 'tasks/result', { taskId })).result).toMatchObject({
      structuredContent: { steps: 2 },
    });
    expect(deeds('r1')).not.toContain('commit');
    const after = deeds('r2');
    expect(after.slice(0, 2)).toEqual(['taken-over', 'begin']);
    expect(after.slice(-2)).toEqual(['commit', 'completed']);
  });

  it('takes an answer wherever it comes', async (context) => {
    const env = shared(store, context);
    await using one = await replica(env);
    await using two = await replica(env, 'r2');
    const { create, send, reply } = client(await openSession(one.url));
    const { taskId } = await create(one, { steps: 2, stepMs: 1, needInput: true });
    const { first, rest } = await firstMessage(await send(two, 'tasks/result', { taskId }));
    expect((await reply(one, { id: first.id, result: yes })).status).toBe(202);
    expect((await rest.next()).value).toMatchObject({ result: { structuredContent: { steps: 2 } } });
  });

  it('is cancelled at any replica', async (context) => {
    const env = shared(store, context);
    await using one = await replica(env);
    await using two = await replica(env, 'r2');
    const { ask, create } = client(await openSession(one.url));
    const { taskId } = await create(one, { steps: 1, stepMs: 60_000 });
    expect((await ask(two, 'tasks/cancel', { taskId })).result?.status).toBe('cancelled');
    expect((await ask(one, 'tasks/get', { taskId })).result?.status).toBe('cancelled');
  });
});
