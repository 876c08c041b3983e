import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import {
  type Answer,
  connectorFor,
  runInterrupted,
  type SessionOpened,
  type Transcript,
} from '../../src/client/index.ts';
import type { ClientKind, Failure, ProtocolRevision } from '../../src/record/index.ts';
import { type Asked, scriptServer, sendJson, sendResult } from '../support/script-server.ts';

/** The official clients see what the wire client sees, and the server sees the same of them. */

type Reply = (asked: Asked, response: ServerResponse) => void;

const never = new AbortController().signal;
const text = { resultType: 'complete', content: [{ type: 'text', text: 'hi' }] };
const initializeResult = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: {} },
  serverInfo: { name: 's', version: '1' },
};

/** What differs by nature: the reason the client gives for a cancellation. */
const asked = ({ method, headers, body }: Asked) => ({
  method,
  request: headers['x-windtunnel-request'],
  session: headers['mcp-session-id'],
  version: headers['mcp-protocol-version'],
  mcpMethod: headers['mcp-method'],
  mcpName: headers['mcp-name'],
  message: body?.method,
  tool: body?.params?.name,
  arguments: body?.params?.arguments,
  meta: body?.params?._meta,
});

/**
 * An answer without what is each client's own: JSON-RPC ids, the words for a connection that failed, and what
 * only the wire client can tell, the bytes on the wire.
 */
function shared(answer: object): object {
  const { transcript, failure, value, ...rest } = answer as {
    transcript?: Transcript;
    failure?: Failure;
    value?: Partial<SessionOpened>;
  };
  const { cost: _bytes, lost, ...said } = value ?? {};
  const { method, path, status, answerBody, protocolBytes } = transcript ?? {};
  return {
    ...rest,
    ...(value && { value: { ...said, ...(lost && { lost: shared(lost) }) } }),
    ...(failure && { failure: { ...failure, message: ownWords(failure) } }),
    ...(transcript && {
      transcript: { method, path, status, answerBody: answerBody?.replace(/"id":\d+/, ''), protocolBytes },
    }),
  };
}

function ownWords({ kind, status, code, message }: Failure): string | undefined {
  const broke = (kind === 'broken' || kind === 'refused') && (status ?? 200) === 200 && code === undefined;
  const noHttp = kind === 'malformed' && status === undefined;
  return broke || noHttp ? kind : message?.replace(/not to \d+/, 'not to its own');
}

interface Replies {
  initialize?: Reply;
  initialized?: Reply;
  call?: Reply;
  end?: Reply;
}

/** Opens, calls once if there is a session, and closes; returns all that was answered and all that was asked. */
async function visit(
  kind: ClientKind,
  protocol: ProtocolRevision,
  replies: Replies,
  deadline: (server: { seen(matches: (asked: Asked) => boolean): Promise<Asked> }) => AbortSignal = () =>
    never,
) {
  await using server = await scriptServer((one, response) => {
    const accept: Reply = (_, accepted) => void accepted.writeHead(one.method === 'DELETE' ? 200 : 202).end();
    const initialize: Reply = () => sendResult(response, one, initializeResult, { 'mcp-session-id': 's-1' });
    const reply =
      one.method === 'DELETE'
        ? (replies.end ?? accept)
        : one.body.method === 'initialize'
          ? (replies.initialize ?? initialize)
          : one.body.method === 'tools/call'
            ? (replies.call ?? ((_, answer) => sendResult(answer, one, text)))
            : one.body.method === 'notifications/initialized'
              ? (replies.initialized ?? accept)
              : accept;
    reply(one, response);
  });
  const answers: object[] = [];
  {
    await using connector = (await connectorFor(kind, protocol))(server.url);
    let n = 0;
    let turns = 0;
    const connection = connector.connect({
      nextRequestId: () => `c1-${++n}`,
      turnAround: async () => {
        turns += 1;
      },
    });
    const opened = await connection.open(never);
    answers.push(opened);
    if (opened.outcome === 'ok' && opened.value.lost === undefined) {
      const call = { tool: 'echo', arguments: { text: 'hi' }, opId: 'c1.0' };
      answers.push(await connection.call(call, deadline(server)));
    }
    answers.push(await connection.close(never), { turns });
  }
  return { answers: answers.map(shared), asked: server.asked.map(asked) };
}

const events =
  (...messages: ((asked: Asked) => string)[]): Reply =>
  (one, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const message of messages) response.write(message(one));
    response.end();
  };
const data = (message: unknown) => `event: message\ndata: ${JSON.stringify(message)}\n\n`;
const result = (one: Asked) => data({ jsonrpc: '2.0', id: one.body.id, result: text });
const error =
  (status: number, code: number, message: string): Reply =>
  (one, response) =>
    sendJson(response, status, { jsonrpc: '2.0', id: one.body.id, error: { code, message } });

/** What a server can answer to `tools/call`, and what a client makes of it. */
const calls: [string, Reply, object][] = [
  ['a result', (one, r) => sendResult(r, one, text), { outcome: 'ok' }],
  ['a result in a stream', events(() => ': hi\n\n', result), { outcome: 'ok' }],
  [
    'a result in a stream behind progress',
    events(() => data({ jsonrpc: '2.0', method: 'notifications/progress', params: {} }), result),
    { outcome: 'ok' },
  ],
  [
    'a result in a stream that stays open',
    (one, r) => void r.writeHead(200, { 'content-type': 'text/event-stream' }).write(result(one)),
    { outcome: 'ok' },
  ],
  [
    'a tool that failed',
    (one, r) =>
      sendResult(r, one, { ...text, isError: true, _meta: { 'io.mcp-windtunnel/stateMissing': true } }),
    { outcome: 'ok', value: { isError: true } },
  ],
  ['404 -32001', error(404, -32001, 'Session not found'), { unknownSession: true }],
  ['404 -32600', error(404, -32600, 'Session terminated'), { unknownSession: true }],
  ['400 -32000', error(400, -32000, 'Bad Request: No valid session ID'), { unknownSession: true }],
  ['404 without a body', (_, r) => void r.writeHead(404).end(), { unknownSession: true }],
  ['404 -32601', error(404, -32601, 'Method not found'), { outcome: 'fail', kind: 'rejected' }],
  ['400 -32602', error(400, -32602, 'Invalid params'), { outcome: 'fail', kind: 'rejected' }],
  ['400 -32020', error(400, -32020, 'Header mismatch'), { outcome: 'fail', kind: 'rejected' }],
  ['403', error(403, -32000, 'Forbidden'), { outcome: 'fail', kind: 'rejected' }],
  ['401', (_, r) => void r.writeHead(401).end('who are you?'), { outcome: 'fail', kind: 'rejected' }],
  [
    '429',
    (_, r) => void r.writeHead(429, { 'retry-after': '1' }).end(),
    { outcome: 'fail', kind: 'rejected' },
  ],
  ['200 -32602', error(200, -32602, 'Invalid params'), { outcome: 'fail', kind: 'rejected' }],
  ['200 -32603', error(200, -32603, 'Internal error'), { outcome: 'info', kind: 'broken' }],
  [
    '-32603 in a stream',
    events((one) => data({ jsonrpc: '2.0', id: one.body.id, error: { code: -32603, message: 'oh' } })),
    { outcome: 'info', kind: 'broken' },
  ],
  ['500', (_, r) => void r.writeHead(500).end('oh'), { outcome: 'info', kind: 'broken' }],
  ['502', (_, r) => void r.writeHead(502).end(), { outcome: 'info', kind: 'broken' }],
  ['no HTTP', (_, r) => void r.socket?.end('nonsense\r\n\r\n'), { outcome: 'info', kind: 'malformed' }],
  ['a connection that breaks', (_, r) => void r.destroy(), { outcome: 'info', kind: 'broken' }],
  [
    'a body that breaks off',
    (_, r) => {
      r.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      r.write('{"jsonrpc"', () => r.destroy());
    },
    { outcome: 'info', kind: 'broken' },
  ],
  [
    'a stream that breaks off',
    (one, r) => {
      r.writeHead(200, { 'content-type': 'text/event-stream' });
      r.write(result(one).slice(0, 40), () => r.destroy());
    },
    { outcome: 'info', kind: 'broken' },
  ],
  [
    'a stream that ends too soon',
    events((one) => result(one).trimEnd()),
    { outcome: 'info', kind: 'malformed' },
  ],
  ['a stream without a response', events(() => data({})), { outcome: 'info', kind: 'malformed' }],
  [
    'a primed stream without a response, to be resumed',
    events(() => 'id: 1\nretry: 1\ndata:\n\n'),
    { outcome: 'info', kind: 'malformed' },
  ],
  [
    'another request’s id',
    (_, r) => sendJson(r, 200, { jsonrpc: '2.0', id: 999, result: text }),
    { kind: 'malformed' },
  ],
  [
    'another request’s id in a stream',
    events(() => data({ jsonrpc: '2.0', id: 999, result: text })),
    { kind: 'malformed' },
  ],
  [
    'no JSON',
    (_, r) => void r.writeHead(200, { 'content-type': 'application/json' }).end('<html>'),
    { kind: 'malformed' },
  ],
  [
    'nothing',
    (_, r) => void r.writeHead(200, { 'content-type': 'application/json' }).end(),
    { kind: 'malformed' },
  ],
  ['a list', (_, r) => sendJson(r, 200, []), { kind: 'malformed' }],
  [
    'neither result nor error',
    (one, r) => sendJson(r, 200, { jsonrpc: '2.0', id: one.body.id }),
    { kind: 'malformed' },
  ],
  [
    'neither result nor error, in a stream',
    events((one) => data({ jsonrpc: '2.0', id: one.body.id })),
    { kind: 'malformed' },
  ],
  ['202', (_, r) => void r.writeHead(202).end(), { kind: 'malformed' }],
  ['204', (_, r) => void r.writeHead(204).end(), { kind: 'malformed' }],
  ['a redirect', (_, r) => void r.writeHead(307, { location: '/mcp' }).end(), { kind: 'malformed' }],
];

const clients: [ProtocolRevision, ClientKind][] = [
  ['2025-11-25', 'sdk'],
  ['2025-11-25', 'sdk-v2'],
  ['2026-07-28', 'sdk'],
];

describe.each(clients)('%s with the client %s', (protocol, kind) => {
  it.each(calls)('takes %s for what the wire client takes it', async (_name, call, wanted) => {
    const [official, wire] = await Promise.all([
      visit(kind, protocol, { call }),
      visit('wire', protocol, { call }),
    ]);
    expect(official).toEqual(wire);
    const { unknownSession, kind: failure, ...rest } = wanted as { unknownSession?: true; kind?: string };
    const expected =
      unknownSession === undefined
        ? { ...rest, ...(failure === undefined ? {} : { failure: { kind: failure } }) }
        : { outcome: 'fail', failure: { kind: protocol === '2025-11-25' ? 'unknown-session' : 'rejected' } };
    expect(official.answers[1]).toMatchObject(expected);
  });

  it('gives up at the deadline and says so as its revision has it', async () => {
    const act = (which: ClientKind) => {
      const controller = new AbortController();
      return visit(which, protocol, { call: () => {} }, (server) => {
        void server.seen(({ body }) => body?.method === 'tools/call').then(() => controller.abort());
        return controller.signal;
      });
    };
    const [official, wire] = await Promise.all([act(kind), act('wire')]);
    expect(official).toEqual(wire);
    expect(official.answers[1]).toMatchObject({ outcome: 'info', failure: { kind: 'timeout' } });
    const cancelled = official.asked.filter(({ message }) => message === 'notifications/cancelled');
    expect(cancelled).toHaveLength(protocol === '2025-11-25' ? 1 : 0);
  });

  it('gives up in the middle of a stream', async () => {
    const act = (which: ClientKind) => {
      const controller = new AbortController();
      const call: Reply = (_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(': working\n\n', () => controller.abort(runInterrupted));
      };
      return visit(which, protocol, { call }, () => controller.signal);
    };
    const [official, wire] = await Promise.all([act(kind), act('wire')]);
    expect(official.answers[1]).toMatchObject({ outcome: 'info', failure: { kind: 'interrupted' } });
    expect(wire.answers[1]).toMatchObject({ outcome: 'info', failure: { kind: 'interrupted' } });
    expect(official.asked).toEqual(wire.asked);
  });

  it('knows that nothing was sent when no connection could be made', async () => {
    const server = await scriptServer(() => {});
    await server[Symbol.asyncDispose]();
    const act = async (which: ClientKind): Promise<Answer<unknown>> => {
      await using connector = (await connectorFor(which, protocol))(server.url);
      const connection = connector.connect({ nextRequestId: () => 'c1-1', turnAround: async () => {} });
      return protocol === '2025-11-25'
        ? await connection.open(never)
        : await connection.call({ tool: 'echo', arguments: {}, opId: 'c1.0' }, never);
    };
    const [official, wire] = [await act(kind), await act('wire')];
    expect(shared(official)).toEqual(shared(wire));
    expect(official).toMatchObject({ outcome: 'fail', failure: { kind: 'refused' } });
  });

  it('does not read more than 16 MB of one answer', async () => {
    for (const type of ['application/json', 'text/event-stream']) {
      const call: Reply = (_asked, response) => {
        response.writeHead(200, { 'content-type': type });
        const pump = () => {
          while (!response.destroyed && response.write(Buffer.alloc(1 << 20, ':')));
          if (!response.destroyed) response.once('drain', pump);
        };
        pump();
      };
      const { answers } = await visit(kind, protocol, { call });
      expect(answers[1]).toMatchObject({
        outcome: 'info',
        failure: { kind: 'malformed', message: expect.stringContaining('bytes') },
      });
    }
  });
});

/** What a server can answer while a session is opened or closed. */
const openings: [string, Replies][] = [
  ['an open door', {}],
  ['no session id', { initialize: (one, r) => sendResult(r, one, initializeResult) }],
  [
    'an initialize answered in a stream',
    { initialize: events((one) => data({ jsonrpc: '2.0', id: one.body.id, result: initializeResult })) },
  ],
  [
    'another revision',
    { initialize: (one, r) => sendResult(r, one, { ...initializeResult, protocolVersion: '2020-01-01' }) },
  ],
  ['503 to initialize', { initialize: (_, r) => void r.writeHead(503).end() }],
  ['a connection that breaks at initialize', { initialize: (_, r) => void r.destroy() }],
  ['an unknown session at the first follow-up', { initialized: error(404, -32001, 'Session not found') }],
  ['500 at the first follow-up', { initialized: (_, r) => void r.writeHead(500).end() }],
  ['a connection that breaks at the first follow-up', { initialized: (_, r) => void r.destroy() }],
  ['404 to DELETE', { end: (_, r) => void r.writeHead(404).end() }],
  ['405 to DELETE', { end: (_, r) => void r.writeHead(405).end() }],
];

describe.each(['sdk', 'sdk-v2'] as const)('a session with the client %s', (kind) => {
  it.each(openings)('meets %s as with the wire client', async (_name, replies) => {
    const [official, wire] = await Promise.all([
      visit(kind, '2025-11-25', replies),
      visit('wire', '2025-11-25', replies),
    ]);
    expect(official).toEqual(wire);
  });

  it('is not told that what it answered in time is cancelled when the deadline passes', async () => {
    await using server = await scriptServer((one, response) => {
      if (one.body?.method === 'initialize') {
        sendResult(response, one, initializeResult, { 'mcp-session-id': 's-1' });
      } else if (one.body?.id !== undefined) sendResult(response, one, text);
      else response.writeHead(202).end();
    });
    {
      await using connector = (await connectorFor(kind, '2025-11-25'))(server.url);
      const connection = connector.connect({ nextRequestId: () => 'c', turnAround: async () => {} });
      const deadline = new AbortController();
      await connection.open(deadline.signal);
      await connection.call({ tool: 'echo', arguments: {}, opId: 'c1.0' }, deadline.signal);
      deadline.abort();
      await connection.call({ tool: 'echo', arguments: {}, opId: 'c1.1' }, never);
    }
    expect(server.asked.map(({ body }) => body.method)).toEqual([
      'initialize',
      'notifications/initialized',
      'tools/call',
      'tools/call',
    ]);
  });

  it('is another one when it is opened again', async () => {
    let sessions = 0;
    await using server = await scriptServer((one, response) => {
      if (one.body?.method === 'initialize') {
        sessions += 1;
        sendResult(response, one, initializeResult, { 'mcp-session-id': `s-${sessions}` });
      } else if (one.body?.method === 'tools/call' && one.headers['mcp-session-id'] === 's-1') {
        error(404, -32001, 'Session not found')(one, response);
      } else if (one.body?.id !== undefined) sendResult(response, one, text);
      else response.writeHead(202).end();
    });
    await using connector = (await connectorFor(kind, '2025-11-25'))(server.url);
    let n = 0;
    const connection = connector.connect({ nextRequestId: () => `c1-${++n}`, turnAround: async () => {} });
    const call = () => connection.call({ tool: 'echo', arguments: {}, opId: 'c1.0' }, never);
    await connection.open(never);
    expect(await call()).toMatchObject({ outcome: 'fail', failure: { kind: 'unknown-session' } });
    expect(await connection.open(never)).toMatchObject({ outcome: 'ok', value: { sessionId: 's-2' } });
    expect(await call()).toMatchObject({ outcome: 'ok', requestId: 'c1-6' });
    expect(server.asked.map(({ headers }) => headers['mcp-session-id'])).toEqual([
      undefined,
      's-1',
      's-1',
      undefined,
      's-2',
      's-2',
    ]);
  });
});

describe('the official clients', () => {
  it('speak, as the wire client, what is near the revision under test, and nothing that has another transport', async () => {
    const older: Reply = (one, r) =>
      sendResult(r, one, { ...initializeResult, protocolVersion: '2024-11-05' });
    const near: Reply = (one, r) =>
      sendResult(r, one, { ...initializeResult, protocolVersion: '2025-06-18' });
    for (const kind of ['wire', 'sdk', 'sdk-v2'] as const) {
      const spoken = await visit(kind, '2025-11-25', { initialize: near });
      expect(spoken.answers[0]).toMatchObject({ outcome: 'ok' });
      const { answers } = await visit(kind, '2025-11-25', { initialize: older });
      expect(answers[0]).toMatchObject({
        outcome: 'fail',
        failure: {
          kind: 'rejected',
          message: 'the server speaks "2024-11-05", not 2025-11-25, 2025-06-18, 2025-03-26',
        },
      });
    }
  });

  it('are stricter in two things, both of which the specification asks for', async () => {
    const stricter: [string, Reply][] = [
      ['resultType', (one, r) => sendResult(r, one, { content: text.content })],
      [
        'content type',
        (one, r) => {
          r.writeHead(200, { 'content-type': 'text/plain' });
          r.end(JSON.stringify({ jsonrpc: '2.0', id: one.body.id, result: text }));
        },
      ],
    ];
    for (const [what, call] of stricter) {
      expect((await visit('wire', '2026-07-28', { call })).answers[1]).toMatchObject({ outcome: 'ok' });
      expect((await visit('sdk', '2026-07-28', { call })).answers[1]).toMatchObject({
        outcome: 'info',
        failure: { kind: 'malformed', message: expect.stringContaining(what) },
      });
    }
  });
});
