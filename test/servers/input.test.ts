import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectorFor, type InputAnswer } from '../../src/client/index.ts';
import { TimeLimit } from '../../src/core/index.ts';
import type { ClientKind } from '../../src/record/index.ts';
import { temporaryFolder } from '../support/cli.ts';
import { type Replica, type ServerName, servers, startReplica } from './replica.ts';
import { callTool, openSession, post, readAnswer } from './wire.ts';

const never = new AbortController().signal;
const folder = temporaryFolder();
const ledger = join(folder.path, 'ledger.ndjson');
const args = { steps: 4, stepMs: 1, needInput: true };
const yes: InputAnswer = { action: 'accept', content: { goOn: true }, tamper: false };

const eventsOf = (opId: string): string[] =>
  readFileSync(ledger, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter((entry) => entry.opId === opId)
    .map(({ event }) => event);

/** One call of a client that is asked, and what it was told of that. */
async function call(
  server: ServerName,
  url: URL,
  opId: string,
  given: InputAnswer | undefined,
  client: ClientKind = 'wire',
) {
  const protocol = server === 'stateless-v2' ? '2026-07-28' : '2025-11-25';
  await using connector = (await connectorFor(client, protocol))(url.href);
  let n = 0;
  const connection = connector.connect({
    answers: true,
    nextRequestId: () => `${opId}-${++n}`,
    turnAround: async () => {},
  });
  await connection.open(never);
  const asked: unknown[] = [];
  const answered: { status: number | null; tampered: boolean }[] = [];
  using limit = new TimeLimit(never, 10_000);
  const answer = await connection.callAnswering?.(
    { tool: 'report', arguments: args, opId },
    {
      roundsMax: 3,
      onAsked: async ({ round, how }) => {
        asked.push([round, how]);
        return given;
      },
      onAnswered: ({ status, tampered }) => void answered.push({ status, tampered }),
    },
    limit,
  );
  await connection.close(never);
  return { answer, asked, answered };
}

afterAll(() => folder[Symbol.dispose]());

describe.each(servers)('%s', (server) => {
  let replica: Replica;
  beforeAll(async () => {
    replica = await startReplica(server, { WINDTUNNEL_LEDGER: ledger, WINDTUNNEL_STATE_KEY: 'k'.repeat(32) });
  });
  afterAll(() => replica?.[Symbol.asyncDispose]());
  const isStateless = server === 'stateless-v2';

  it.each(['wire', 'sdk'] as const)(
    'asks a %s client half-way, and goes on with what is accepted',
    async (client) => {
      const opId = `${server}.${client}`;
      const { answer, asked, answered } = await call(server, replica.url, opId, yes, client);
      expect(answer).toMatchObject({
        outcome: 'ok',
        value: { isError: false, structuredContent: { steps: 4 } },
      });
      expect(asked).toEqual([[1, isStateless ? 'result' : 'stream']]);
      expect(answered).toEqual([{ status: isStateless ? 200 : 202, tampered: false }]);
      expect(eventsOf(opId)).toEqual(
        isStateless ? ['begin', 'abort', 'begin', 'answered', 'commit'] : ['begin', 'answered', 'commit'],
      );
    },
  );

  it.each(['decline', 'cancel'] as const)('ends without effect at a %s', async (action) => {
    const opId = `${server}.${action}`;
    const { answer } = await call(server, replica.url, opId, { ...yes, action });
    expect(answer).toMatchObject({ outcome: 'ok', value: { isError: true } });
    expect(eventsOf(opId)).toContain('answered');
    expect(eventsOf(opId)).not.toContain('commit');
  });

  it('does not ask a client that has not declared that it can be asked', async () => {
    const session = isStateless ? {} : { session: await openSession(replica.url) };
    const result = await callTool(server, replica.url, 'report', args, { ...session, opId: `${server}.9` });
    expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('nobody') }] });
    expect(eventsOf(`${server}.9`)).toEqual(['begin', 'abort']);
  });
});

describe('a task of stateful-v1', () => {
  it.each([
    ['wire', 'accept', 'commit', false],
    ['wire', 'decline', 'abort', true],
    ['sdk', 'accept', 'commit', false],
    ['sdk', 'decline', 'abort', true],
  ] as const)(
    'asks the %s client that waits for its result, and takes a %s',
    async (kind, action, end, isError) => {
      await using replica = await startReplica('stateful-v1', {
        WINDTUNNEL_LEDGER: ledger,
        WINDTUNNEL_TASK_STORE: 'memory',
        WINDTUNNEL_TASK_POLL_MS: '30',
      });
      await using connector = (await connectorFor(kind, '2025-11-25'))(replica.url.href);
      let n = 0;
      const { open, tasks, close } = connector.connect({
        answers: true,
        nextRequestId: () => `task-${++n}`,
        turnAround: async () => {},
      });
      await open(never);
      const opId = `task.${kind}.${action}`;
      const made = await tasks.create({ tool: 'report', arguments: args, opId }, {}, never);
      if (made.outcome !== 'ok' || !('task' in made.value)) throw new Error('no task was made');
      const { taskId } = made.value.task;
      const asked: unknown[] = [];
      const result = await tasks.result?.(taskId, never, {
        roundsMax: 3,
        onAsked: async ({ round, how }) => {
          asked.push([round, how]);
          return { ...yes, action };
        },
        onAnswered: ({ status }) => void asked.push(status),
      });
      await close(never);
      expect(asked).toEqual([[1, 'stream'], 202]);
      expect(result).toMatchObject({ outcome: 'ok', value: { isError } });
      const notes = eventsOf(opId).filter((event) => event !== 'task');
      expect(notes).toEqual(['begin', 'answered', end]);
    },
  );
});

describe('2025-11-25, with an answer that reaches another replica', () => {
  it.each(['stateful-v1', 'stateful-v2'] as const)('%s accepts it and has no use for it', async (server) => {
    const env = {
      WINDTUNNEL_LEDGER: ledger,
      WINDTUNNEL_STORE: `sqlite:${join(folder.path, `${server}.sqlite`)}`,
    };
    await using first = await startReplica(server, env);
    await using second = await startReplica(server, { ...env, WINDTUNNEL_REPLICA: 'r2' });
    const params = {
      protocolVersion: '2025-11-25',
      capabilities: { elicitation: { form: {} } },
      clientInfo: { name: 'test', version: '1' },
    };
    const opened = await post(first.url, { id: 0, method: 'initialize', params });
    await opened.text();
    const headers = {
      'mcp-session-id': opened.headers.get('mcp-session-id') ?? '',
      'mcp-protocol-version': '2025-11-25',
    };
    await post(first.url, { method: 'notifications/initialized' }, { headers });
    const opId = `${server}.away`;
    const _meta = { 'io.mcp-windtunnel/opId': opId };
    const asking = await post(
      first.url,
      { id: 1, method: 'tools/call', params: { name: 'report', arguments: args, _meta } },
      { headers },
    );
    const messages = messagesOf(asking);
    const { value: question } = await messages.next();
    expect(question).toMatchObject({ method: 'elicitation/create', params: { mode: 'form' } });
    const answer = { id: question?.id, result: { action: 'accept', content: { goOn: true } } };
    expect((await post(second.url, answer, { headers })).status).toBe(202);
    expect(eventsOf(opId)).toEqual(['begin']);
    // The same answer at the right place: the call was only waiting.
    expect((await post(first.url, answer, { headers })).status).toBe(202);
    expect((await messages.next()).value).toMatchObject({
      id: 1,
      result: { structuredContent: { steps: 4 } },
    });
    expect(eventsOf(opId)).toEqual(['begin', 'answered', 'commit']);
  });
});

describe('2026-07-28, with a state that reaches another replica', () => {
  let first: Replica;
  let second: Replica;
  let stranger: Replica;
  beforeAll(async () => {
    const start = (key: string) =>
      startReplica('stateless-v2', { WINDTUNNEL_LEDGER: ledger, WINDTUNNEL_STATE_KEY: key.repeat(32) });
    [first, second, stranger] = await Promise.all([start('a'), start('a'), start('b')]);
  });
  afterAll(async () => {
    for (const replica of [first, second, stranger]) await replica?.[Symbol.asyncDispose]();
  });

  const round = async (url: URL, opId: string, more: object = {}, given: object = args) => {
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': { elicitation: {} },
      'io.mcp-windtunnel/opId': opId,
    };
    const headers = {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'report',
    };
    const params = { name: 'report', arguments: given, ...more, _meta };
    return readAnswer(await post(url, { id: 1, method: 'tools/call', params }, { headers }));
  };
  const ask = async (opId: string) => {
    const { result } = await round(first.url, opId);
    const { resultType, inputRequests, requestState } = result as Record<string, unknown>;
    expect(resultType).toBe('input_required');
    expect(Object.keys(inputRequests as object)).toEqual(['go-on']);
    return String(requestState);
  };
  const inputResponses = { 'go-on': { action: 'accept', content: { goOn: true } } };
  const refused = { error: { code: -32602 } };

  it('goes on there behind the steps that were done', async () => {
    const slow = { ...args, steps: 4, stepMs: 1 };
    const requestState = await ask('s.0');
    const { result } = await round(second.url, 's.0', { inputResponses, requestState }, slow);
    expect(result).toMatchObject({ structuredContent: { steps: 4 } });
    expect(eventsOf('s.0')).toEqual(['begin', 'abort', 'begin', 'answered', 'commit']);
  });

  it('refuses one that was altered, of another call, or of servers with another key; without effect', async () => {
    const state = await ask('s.1');
    const altered = `${state.slice(0, -1)}${state.endsWith('A') ? 'Q' : 'A'}`;
    expect(await round(second.url, 's.1', { inputResponses, requestState: altered })).toMatchObject(refused);
    expect(await round(stranger.url, 's.1', { inputResponses, requestState: state })).toMatchObject(refused);
    const other = { ...args, steps: 6 };
    expect(await round(second.url, 's.1', { inputResponses, requestState: state }, other)).toMatchObject(
      refused,
    );
    expect(await round(second.url, 's.2', { inputResponses, requestState: state })).toMatchObject(refused);
    expect(eventsOf('s.1')).toEqual(['begin', 'abort']);
  });

  it('passes over answers to what was never asked, and asks again for what was not answered', async () => {
    const unasked = await round(first.url, 's.3', { inputResponses });
    expect(unasked.result).toMatchObject({ resultType: 'input_required' });
    const requestState = await ask('s.3');
    const other = { inputResponses: { other: { action: 'accept', content: {} } }, requestState };
    expect((await round(second.url, 's.3', other)).result).toMatchObject({ resultType: 'input_required' });
    expect(eventsOf('s.3')).not.toContain('answered');
    const both = { inputResponses: { ...inputResponses, ...other.inputResponses }, requestState };
    expect((await round(second.url, 's.3', both)).result).toMatchObject({ structuredContent: { steps: 4 } });
  });

  it('refuses what a wire client has altered as the journey asks', async () => {
    const { answer, answered } = await call('stateless-v2', first.url, 's.4', { ...yes, tamper: true });
    expect(answer).toMatchObject({ outcome: 'fail', failure: { kind: 'rejected', code: -32602 } });
    expect(answered).toMatchObject([{ tampered: true }]);
    expect(eventsOf('s.4')).not.toContain('commit');
  });
});

it('a key that is none is refused, and not shown', async () => {
  const start = startReplica('stateless-v2', { WINDTUNNEL_STATE_KEY: 'short-secret' });
  await expect(start).rejects.toThrow(/WINDTUNNEL_STATE_KEY does not match/);
  await expect(start).rejects.not.toThrow(/short-secret/);
});

interface Message {
  id?: number | string;
  [member: string]: unknown;
}

/** The JSON-RPC messages of a stream as they come. */
async function* messagesOf(response: Response): AsyncGenerator<Message, undefined> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = /^data: (.+)$/m.exec(block)?.[1];
      if (data !== undefined) yield JSON.parse(data) as Message;
    }
  }
  return undefined;
}
