import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import {
  type Answer,
  type Connection,
  connectorFor,
  runInterrupted,
  type TaskCalls,
  type Transcript,
} from '../../src/client/index.ts';
import { maxTaskIdBytes } from '../../src/client/task-state.ts';
import type { ClientKind, Failure, ProtocolRevision } from '../../src/record/index.ts';
import {
  type Asked,
  type ScriptServer,
  scriptServer,
  sendJson,
  sendResult,
} from '../support/script-server.ts';

/** What clients make of tasks: the official ones see what the wire client sees, and servers see the same of them. */

type Reply = (asked: Asked, response: ServerResponse) => void;

const never = new AbortController().signal;
const text = { resultType: 'complete', content: [{ type: 'text', text: 'hi' }] };
const capabilities = { tools: {}, tasks: { cancel: {}, requests: { tools: { call: {} } } } };
const initializeResult = {
  protocolVersion: '2025-11-25',
  capabilities,
  serverInfo: { name: 's', version: '1' },
};
const times = { createdAt: '2026-11-28T10:00:00Z', lastUpdatedAt: '2026-11-28T10:00:00Z' };

/** A task as each revision tells of it. */
const told = {
  '2025-11-25': { taskId: 't-1', status: 'working', ...times, ttl: 60_000, pollInterval: 250 },
  '2026-07-28': { taskId: 't-1', status: 'working', ...times, ttlMs: 60_000, pollIntervalMs: 250 },
} as const;
const state = { taskId: 't-1', status: 'working', ttlMs: 60_000, pollIntervalMs: 250 };

const created = (protocol: ProtocolRevision, changes: object = {}) =>
  protocol === '2025-11-25'
    ? { task: { ...told[protocol], ...changes } }
    : { resultType: 'task', ...told[protocol], ...changes };
const polled = (protocol: ProtocolRevision, changes: object = {}) => ({
  resultType: 'complete',
  ...told[protocol],
  ...changes,
});
const error =
  (status: number, code: number, message: string): Reply =>
  (one, response) =>
    sendJson(response, status, { jsonrpc: '2.0', id: one.body.id, error: { code, message } });

type Act = (tasks: TaskCalls, signal: AbortSignal) => Promise<Answer<unknown>>;

const call = { tool: 'report', arguments: { steps: 3 }, opId: 'c1.0' };
const create: Act = (tasks, signal) => tasks.create(call, { ttlMs: 60_000 }, signal);
const get: Act = (tasks, signal) => tasks.get('t-1', signal);
const cancel: Act = (tasks, signal) => tasks.cancel('t-1', signal);
const result: Act = (tasks, signal) => defined(tasks.result)('t-1', signal);
const update: Act = (tasks, signal) => defined(tasks.update)('t-1', { name: { action: 'accept' } }, signal);

function defined<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('this revision has it');
  return value;
}

async function inSession<T>(
  kind: ClientKind,
  protocol: ProtocolRevision,
  reply: Reply,
  act: (connection: Connection, server: ScriptServer) => Promise<T>,
): Promise<{ value: T; asked: Asked[] }> {
  await using server = await scriptServer((one, response) => {
    const method = one.body?.method ?? one.method;
    if (method === 'initialize') {
      sendResult(response, one, initializeResult, { 'mcp-session-id': 's-1' });
    } else if (/^(notifications\/(initialized|cancelled)|DELETE)$/.test(method)) {
      response.writeHead(202).end();
    } else {
      reply(one, response);
    }
  });
  await using connector = (await connectorFor(kind, protocol))(server.url);
  let n = 0;
  const connection = connector.connect({ nextRequestId: () => `c1-${++n}`, turnAround: async () => {} });
  const opened = await connection.open(never);
  expect(opened.outcome).toBe('ok');
  const value = await act(connection, server);
  await connection.close(never);
  return { value, asked: server.asked };
}

/** One request about a task: what became of it, and all that the server was asked. */
async function visit(
  kind: ClientKind,
  protocol: ProtocolRevision,
  act: Act,
  reply: Reply,
  deadline: (server: ScriptServer) => AbortSignal = () => never,
) {
  const { value, asked } = await inSession(kind, protocol, reply, ({ tasks }, server) =>
    act(tasks, deadline(server)),
  );
  return { answer: shared(value), asked: asked.map(seenOf) };
}

const seenOf = ({ method, headers, body }: Asked) => ({
  method,
  request: headers['x-windtunnel-request'],
  session: headers['mcp-session-id'],
  version: headers['mcp-protocol-version'],
  mcpMethod: headers['mcp-method'],
  mcpName: headers['mcp-name'],
  message: body?.method,
  params: body?.method === 'notifications/cancelled' ? {} : body?.params,
});

/** Without what is each client's own: JSON-RPC ids, bytes, the words for a connection that failed. */
function shared(answer: Answer<unknown>): object {
  const { transcript, ...rest } = answer as Answer<unknown> & { transcript?: Transcript; failure?: Failure };
  const { method, path, status, answerBody, protocolBytes } = transcript ?? {};
  const failure = 'failure' in rest ? rest.failure : undefined;
  return {
    ...rest,
    ...(failure && { failure: { ...failure, message: ownWords(failure) } }),
    transcript: { method, path, status, answerBody: answerBody?.replace(/"id":\d+/, ''), protocolBytes },
  };
}

function ownWords({ kind, status, code, message }: Failure): string | undefined {
  const broke = kind === 'broken' && (status ?? 200) === 200 && code === undefined;
  return broke ? kind : message?.replace(/not to \d+/, 'not to its own');
}

interface Case {
  name: string;
  act: Act;
  reply: (protocol: ProtocolRevision) => Reply;
  wanted: object;
  /** For one revision alone. */
  only?: ProtocolRevision;
}

const results = (of: (protocol: ProtocolRevision) => object) => (protocol: ProtocolRevision) =>
  ((one, response) => sendResult(response, one, of(protocol))) as Reply;
const errors = (status: number, code: number, message: string) => () => error(status, code, message);
const unknown = { outcome: 'fail', failure: { kind: 'unknown-task', code: -32602 } };

const cases: Case[] = [
  { name: 'a task', act: create, reply: results(created), wanted: { outcome: 'ok', value: { task: state } } },
  {
    name: 'a task that is kept for ever and says no interval',
    act: create,
    reply: results((protocol) => {
      const { ttl, ttlMs, pollInterval, pollIntervalMs, ...rest } = told[protocol] as Record<string, unknown>;
      const forEver = protocol === '2025-11-25' ? { ...rest, ttl: null } : { ...rest, ttlMs: null };
      return protocol === '2025-11-25' ? { task: forEver } : { resultType: 'task', ...forEver };
    }),
    wanted: { outcome: 'ok', value: { task: { ...state, ttlMs: null, pollIntervalMs: null } } },
  },
  {
    name: 'a task that is over when it is made',
    act: create,
    reply: results((protocol) => created(protocol, { status: 'completed' })),
    wanted: { outcome: 'ok', value: { task: { ...state, status: 'completed' } } },
  },
  {
    name: 'a task of an id that is no header value',
    act: async (tasks, signal) => tasks.get('tä\r\nsk', signal),
    reply: results((protocol) => polled(protocol, { taskId: 'tä\r\nsk' })),
    wanted: { outcome: 'ok', value: { ...state, taskId: 'tä\r\nsk' } },
  },
  {
    name: 'an error instead of a task',
    act: create,
    reply: errors(200, -32602, 'Invalid params'),
    wanted: { outcome: 'fail', failure: { kind: 'rejected', code: -32602 } },
  },
  {
    name: 'a state',
    act: get,
    reply: results((protocol) => polled(protocol, { statusMessage: 'step 2 of 3' })),
    wanted: { outcome: 'ok', value: { ...state, statusMessage: 'step 2 of 3' } },
  },
  {
    name: 'the state of a task that was cancelled',
    act: get,
    reply: results((protocol) => polled(protocol, { status: 'cancelled' })),
    wanted: { outcome: 'ok', value: { ...state, status: 'cancelled' } },
  },
  {
    name: 'a state with its result',
    only: '2026-07-28',
    act: get,
    reply: results((protocol) => polled(protocol, { status: 'completed', result: text })),
    wanted: { outcome: 'ok', value: { ...state, status: 'completed', result: { content: text.content } } },
  },
  {
    name: 'a state with its error',
    only: '2026-07-28',
    act: get,
    reply: results((protocol) =>
      polled(protocol, { status: 'failed', error: { code: -32603, message: 'the disk is full' } }),
    ),
    wanted: { outcome: 'ok', value: { ...state, status: 'failed', statusMessage: 'the disk is full' } },
  },
  {
    name: 'a state that requires input',
    only: '2026-07-28',
    act: get,
    reply: results((protocol) =>
      polled(protocol, {
        status: 'input_required',
        inputRequests: {
          name: {
            method: 'elicitation/create',
            params: { mode: 'form', message: 'who?', requestedSchema: { type: 'object', properties: {} } },
          },
        },
      }),
    ),
    wanted: { outcome: 'ok', value: { inputRequests: { name: { method: 'elicitation/create' } } } },
  },
  ...[get, cancel].flatMap((act): Case[] => [
    {
      name: `an unknown task (${act.name})`,
      act,
      reply: errors(200, -32602, 'Failed to retrieve task: Task not found'),
      wanted: unknown,
    },
    {
      name: `an unknown task, in other words (${act.name})`,
      act,
      reply: errors(200, -32602, 'no'),
      wanted: unknown,
    },
    {
      name: `an unknown task, as a bad request (${act.name})`,
      act,
      reply: errors(400, -32602, 'Task has expired'),
      wanted: unknown,
    },
    {
      name: `an internal error (${act.name})`,
      act,
      reply: errors(200, -32603, 'Internal error'),
      wanted: { outcome: 'info', failure: { kind: 'broken', code: -32603 } },
    },
    {
      name: `a gateway that has no server (${act.name})`,
      act,
      reply: () => (_, response) => void response.writeHead(502).end(),
      wanted: { outcome: 'info', failure: { kind: 'broken', status: 502 } },
    },
    {
      name: `a connection that breaks (${act.name})`,
      act,
      reply: () => (_, response) => void response.destroy(),
      wanted: { outcome: 'info', failure: { kind: 'broken' } },
    },
    {
      name: `an answer to another request (${act.name})`,
      act,
      reply: (protocol) => (_, response) =>
        sendJson(response, 200, { jsonrpc: '2.0', id: 999, result: polled(protocol) }),
      wanted: { outcome: 'info', failure: { kind: 'malformed', misdelivered: true } },
    },
    {
      name: `a method that is not there (${act.name})`,
      act,
      reply: errors(404, -32601, 'Method not found'),
      wanted: { outcome: 'fail', failure: { kind: 'rejected', code: -32601 } },
    },
  ]),
  {
    name: 'the state of another task',
    act: get,
    reply: results((protocol) => polled(protocol, { taskId: 't-2' })),
    wanted: { outcome: 'info', failure: { kind: 'malformed', misdelivered: true } },
  },
  {
    name: 'a task that has ended and is not cancelled any more',
    act: cancel,
    reply: errors(200, -32602, 'Cannot cancel task in terminal status: completed'),
    wanted: { outcome: 'fail', failure: { kind: 'rejected', code: -32602 } },
  },
  {
    name: 'a cancellation, with the state',
    only: '2025-11-25',
    act: cancel,
    reply: results((protocol) => polled(protocol, { status: 'cancelled' })),
    wanted: { outcome: 'ok', value: { ...state, status: 'cancelled' } },
  },
  {
    name: 'a cancellation, acknowledged',
    only: '2026-07-28',
    act: cancel,
    reply: results(() => ({ resultType: 'complete' })),
    wanted: { outcome: 'ok', value: undefined },
  },
  {
    name: 'a result',
    only: '2025-11-25',
    act: result,
    reply: results(() => text),
    wanted: { outcome: 'ok', value: { content: text.content, isError: false } },
  },
  {
    name: 'the result of an unknown task',
    only: '2025-11-25',
    act: result,
    reply: errors(200, -32602, 'Task not found: t-1'),
    wanted: unknown,
  },
  {
    name: 'the error of a task for a result',
    only: '2025-11-25',
    act: result,
    reply: errors(200, -32602, 'Invalid arguments for tool report'),
    wanted: { outcome: 'fail', failure: { kind: 'rejected', code: -32602 } },
  },
  {
    name: 'an unknown session',
    only: '2025-11-25',
    act: get,
    reply: errors(404, -32602, 'Session not found'),
    wanted: { outcome: 'fail', failure: { kind: 'unknown-session' } },
  },
  {
    name: 'an acknowledged input',
    only: '2026-07-28',
    act: update,
    reply: results(() => ({ resultType: 'complete' })),
    wanted: { outcome: 'ok', value: undefined },
  },
  {
    name: 'input for an unknown task',
    only: '2026-07-28',
    act: update,
    reply: errors(200, -32602, 'Task not found'),
    wanted: unknown,
  },
];

const clients: [ProtocolRevision, ClientKind][] = [
  ['2025-11-25', 'sdk'],
  ['2025-11-25', 'sdk-v2'],
  ['2026-07-28', 'sdk'],
  ['2026-07-28', 'sdk-v2'],
];

const of = (protocol: ProtocolRevision) => cases.filter(({ only }) => (only ?? protocol) === protocol);

describe.each(clients)('%s with the client %s', (protocol, kind) => {
  it.each(of(protocol))('takes $name for what the wire client takes it', async ({ act, reply, wanted }) => {
    const [official, wire] = await Promise.all([
      visit(kind, protocol, act, reply(protocol)),
      visit('wire', protocol, act, reply(protocol)),
    ]);
    expect(wire.answer).toMatchObject(wanted);
    expect(official).toEqual(wire);
  });

  it('takes the result at once, if the server makes no task of it', async () => {
    // A client that is not told of tasks by the server of 2025-11-25 would not ask for one; this one is.
    const reply: Reply = (one, response) => sendResult(response, one, text);
    const wire = await visit('wire', protocol, create, reply);
    expect(wire.answer).toMatchObject({ outcome: 'ok', value: { result: { content: text.content } } });
    const official = await visit(kind, protocol, create, reply);
    if (protocol === '2025-11-25' && kind === 'sdk-v2') {
      expect(official.answer).toMatchObject({ outcome: 'info', failure: { kind: 'malformed' } });
    } else {
      expect(official).toEqual(wire);
    }
  });

  it('gives up at the deadline and says so as its revision has it', async () => {
    const giveUp = (which: ClientKind) => {
      const controller = new AbortController();
      return visit(
        which,
        protocol,
        get,
        () => {},
        (server) => {
          void server.seen(({ body }) => body?.method === 'tasks/get').then(() => controller.abort());
          return controller.signal;
        },
      );
    };
    const [official, wire] = await Promise.all([giveUp(kind), giveUp('wire')]);
    expect(official).toEqual(wire);
    expect(official.answer).toMatchObject({ outcome: 'info', failure: { kind: 'timeout' } });
  });

  it('knows when the run was cut short', async () => {
    const cut = (which: ClientKind) => {
      const controller = new AbortController();
      return visit(
        which,
        protocol,
        create,
        () => controller.abort(runInterrupted),
        () => controller.signal,
      );
    };
    const [official, wire] = await Promise.all([cut(kind), cut('wire')]);
    expect(official).toEqual(wire);
    expect(official.answer).toMatchObject({ outcome: 'info', failure: { kind: 'interrupted' } });
  });

  it('polls only when it is told to', async () => {
    const reply: Reply = (one, response) =>
      sendResult(response, one, created(protocol, { status: 'completed' }));
    const { value, asked } = await inSession(kind, protocol, reply, ({ tasks }) =>
      tasks.create(call, {}, never),
    );
    expect(value).toMatchObject({ outcome: 'ok' });
    expect(asked.filter(({ body }) => /^tasks\//.test(body?.method ?? ''))).toEqual([]);
  });
});

describe.each(['2025-11-25', '2026-07-28'] as const)('%s, on the wire', (protocol) => {
  const hostile: [string, Act, object, object][] = [
    ['a status that there is not', get, { status: 'done' }, { kind: 'malformed' }],
    ['a status that is an object', get, { status: { toString: 'working' } }, { kind: 'malformed' }],
    ['an id that is a number', create, { taskId: 7 }, { kind: 'malformed' }],
    ['an id that is empty', create, { taskId: '' }, { kind: 'malformed' }],
    ['an id that is too long', create, { taskId: 'ä'.repeat(maxTaskIdBytes / 2 + 1) }, { kind: 'malformed' }],
  ];
  it.each(hostile)('refuses %s', async (_name, act, changes, failure) => {
    const of = act === create ? created : polled;
    const reply: Reply = (one, response) => sendResult(response, one, of(protocol, changes));
    const { answer } = await visit('wire', protocol, act, reply);
    expect(answer).toMatchObject({ outcome: 'info', failure });
  });

  it('takes an id of 10 KB, and asks for it', async () => {
    const taskId = 'x'.repeat(maxTaskIdBytes);
    const reply: Reply = (one, response) => sendResult(response, one, polled(protocol, { taskId }));
    const { answer } = await visit('wire', protocol, (tasks, signal) => tasks.get(taskId, signal), reply);
    expect(answer).toMatchObject({ outcome: 'ok', value: { taskId } });
  });

  it.each([
    ['-5', -5],
    ['0', 0],
    ['1e300', 1e300],
    ['1e999', null],
    ['"soon"', null],
    ['[]', null],
  ])(
    'records an interval of %s as %s, and no more than 500 characters of a message',
    async (said, recorded) => {
      const members = protocol === '2025-11-25' ? ['ttl', 'pollInterval'] : ['ttlMs', 'pollIntervalMs'];
      const reply: Reply = (one, response) => {
        const plain = polled(protocol, { statusMessage: 'm'.repeat(100_000), ttl: 0, ttlMs: 0 });
        const text = JSON.stringify({ jsonrpc: '2.0', id: one.body.id, result: plain });
        const changed = members.reduce(
          (body, name) => body.replace(new RegExp(`"${name}":\\d+`), () => `"${name}":${said}`),
          text,
        );
        response.writeHead(200, { 'content-type': 'application/json' }).end(changed);
      };
      const { answer } = await visit('wire', protocol, get, reply);
      const { value } = answer as unknown as { value: { statusMessage: string } };
      expect(value).toMatchObject({ ttlMs: recorded, pollIntervalMs: recorded });
      expect(value.statusMessage).toHaveLength(500);
    },
  );

  it('says in an ordinary call nothing of tasks', async () => {
    const reply: Reply = (one, response) => sendResult(response, one, text);
    const { asked } = await inSession('wire', protocol, reply, ({ call: plain }) => plain(call, never));
    const one = asked.find(({ body }) => body?.method === 'tools/call');
    expect(JSON.stringify(one?.body)).not.toMatch(/task/);
  });
});

it('declares the capability in 2026-07-28 with every request about tasks', async () => {
  const reply: Reply = (one, response) => sendResult(response, one, polled('2026-07-28'));
  const { asked } = await inSession('wire', '2026-07-28', reply, async ({ tasks }) => {
    for (const act of [create, get, cancel, update]) await act(tasks, never);
  });
  expect(asked.map(({ body, headers }) => [body.method, headers['mcp-method'], headers['mcp-name']])).toEqual(
    [
      ['tools/call', 'tools/call', 'report'],
      ['tasks/get', 'tasks/get', 't-1'],
      ['tasks/cancel', 'tasks/cancel', 't-1'],
      ['tasks/update', 'tasks/update', 't-1'],
    ],
  );
  for (const { body } of asked) {
    expect(body.params._meta['io.modelcontextprotocol/clientCapabilities']).toEqual({
      extensions: { 'io.modelcontextprotocol/tasks': {} },
    });
  }
});
