import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { type ChangeWatch, connectorFor, type ListenEnd, type TaskState } from '../../src/client/index.ts';
import { StopSource } from '../../src/core/index.ts';
import type { ClientKind, ProtocolRevision } from '../../src/record/index.ts';
import { type Asked, scriptServer, sendJson, sendResult } from '../support/script-server.ts';

/** The official clients listen as the wire client does: they are told the same, and it ends for the same reason. */

const never = new AbortController().signal;
const uri = 'windtunnel://topic/a%20b';
const data = (message: object) =>
  `event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`;
const updated = (of: string, value: unknown) =>
  data({
    method: 'notifications/resources/updated',
    params: { uri: of, _meta: { 'io.mcp-windtunnel/value': value } },
  });
const changes = [
  updated(uri, 'c1.0'),
  data({ method: 'notifications/resources/list_changed' }),
  updated('file:///x', 7),
  data({ method: 'notifications/message', params: { level: 'info', data: 'hi' } }),
  updated(uri, 'c1.1'),
].join('');

interface Scene {
  one: Asked;
  response: ServerResponse;
  /** The stream that is listened to. */
  stream: ServerResponse | undefined;
  stop: StopSource;
}
type Script = (scene: Scene) => void;

const open = ({ response }: Scene) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
  return response;
};
/** What SDK v2 knows a subscription by. */
const subscriptionId = ({ one }: Scene) => ({
  _meta: { 'io.modelcontextprotocol/subscriptionId': one.body.id },
});
const acknowledged = (scene: Scene, notifications: object) =>
  data({
    method: 'notifications/subscriptions/acknowledged',
    params: { ...subscriptionId(scene), notifications },
  });
const agreed = (scene: Scene) =>
  acknowledged(scene, { resourcesListChanged: true, resourceSubscriptions: [uri] });
const farewell = (scene: Scene) =>
  data({ id: scene.one.body.id, result: { resultType: 'complete', ...subscriptionId(scene) } });

async function visit<T>(
  kind: ClientKind,
  protocol: ProtocolRevision,
  script: Script,
  act: (connection: Awaited<ReturnType<typeof connect>>, stop: StopSource) => Promise<T>,
) {
  const stop = new StopSource();
  let stream: ServerResponse | undefined;
  await using server = await scriptServer((one, response) => {
    const { method } = one.body ?? {};
    const isStream = one.method === 'GET' || method === 'subscriptions/listen';
    if (isStream) stream = response;
    if (method === 'initialize') {
      const serverInfo = { name: 's', version: '1' };
      const opened = {
        protocolVersion: '2025-11-25',
        capabilities: { resources: { subscribe: true } },
        serverInfo,
      };
      sendResult(response, one, opened, { 'mcp-session-id': 's-1' });
    } else if (isStream || method === 'resources/subscribe') script({ one, response, stream, stop });
    else response.writeHead(202).end();
  });
  await using connector = (await connectorFor(kind, protocol))(server.url);
  const connection = await connect(connector);
  const came = await act(connection, stop);
  await connection.close(never);
  const asked = server.asked
    .filter(({ body }) => !body?.method?.startsWith('notifications/') && body?.method !== 'initialize')
    .map(({ method, headers, body }) => ({
      ...{ method, asks: body?.method, uri: body?.params?.uri, filter: body?.params?.notifications },
      ...{ request: headers['x-windtunnel-request'], session: headers['mcp-session-id'] },
      ...{ version: headers['mcp-protocol-version'], mcpMethod: headers['mcp-method'] },
    }));
  return { came, asked };
}

async function connect(connector: ReturnType<Awaited<ReturnType<typeof connectorFor>>>) {
  let n = 0;
  const connection = connector.connect({ nextRequestId: () => `c1-${++n}`, turnAround: async () => {} });
  await connection.open(never);
  return connection;
}

/** What an end says, without each client's own words for what broke. */
function shared({ failure, requestId, transcript }: ListenEnd) {
  const broke = failure?.kind === 'broken' && failure.code === undefined;
  return {
    ...{ requestId, status: transcript?.status, path: transcript?.path },
    failure: failure && { ...failure, message: broke ? 'broke' : failure.message },
  };
}

const forChanges = (kind: ClientKind, protocol: ProtocolRevision, script: Script) =>
  visit(kind, protocol, script, async ({ subscribe }, stop) => {
    const told: unknown[] = [];
    const watch: ChangeWatch = {
      onListening: (requestId) => told.push(`listening ${requestId}`),
      onChange: (topic, value) => told.push([topic, value]),
      onListChanged: () => told.push('list'),
    };
    const end = await subscribe?.(['a b'], watch, stop);
    if (end === undefined) throw new Error('this client cannot listen');
    return { told, ...shared(end) };
  });

const heard = [['a b', 'c1.0'], 'list', ['file:///x', null], ['a b', 'c1.1']];

const ofSessions: [string, Script, object][] = [
  [
    'changes until the server ends it',
    (scene) => {
      if (scene.one.method === 'GET') open(scene);
      else sendResult(scene.response, scene.one, {});
      if (scene.one.method !== 'GET') scene.stream?.end(changes);
    },
    { failure: undefined },
  ],
  [
    'a stream that breaks off in an event',
    (scene) => {
      if (scene.one.method === 'GET') {
        open(scene);
        return;
      }
      sendResult(scene.response, scene.one, {});
      scene.stream?.write(`${changes}data: {"jsonrpc":"2.0"`, () => scene.stream?.destroy());
    },
    { failure: { kind: 'broken' } },
  ],
  [
    'a subscription that is refused',
    (scene) => {
      const error = { code: -32601, message: 'no' };
      if (scene.one.method === 'GET') open(scene);
      else sendJson(scene.response, 200, { jsonrpc: '2.0', id: scene.one.body.id, error });
    },
    { told: [], failure: { kind: 'rejected', code: -32601 } },
  ],
  ['no stream', ({ response }) => void response.writeHead(405).end(), { failure: { status: 405 } }],
  [
    'a session that is not known',
    ({ response }) =>
      sendJson(response, 404, {
        jsonrpc: '2.0',
        id: null,
        error: { code: -32001, message: 'Session not found' },
      }),
    { failure: { kind: 'unknown-session' } },
  ],
  [
    'JSON instead of a stream',
    ({ response }) => sendJson(response, 200, {}),
    { failure: { kind: 'malformed' } },
  ],
  [
    'an event that is too large',
    (scene) => {
      if (scene.one.method === 'GET') open(scene).write(`data: ${'x'.repeat(2 * 1024 * 1024)}`);
      // Not answered: the stream has nothing good to tell any more.
    },
    { told: [], failure: { kind: 'malformed' } },
  ],
  [
    'that it is stopped',
    (scene) => {
      if (scene.one.method === 'GET') open(scene).on('close', () => {});
      else scene.stop.abort();
    },
    { told: [], failure: undefined },
  ],
];

const ofRequests: [string, Script, object][] = [
  [
    'changes until the server ends it',
    (scene) => void open(scene).end(agreed(scene) + changes + farewell(scene)),
    { told: ['listening c1-1', ...heard], failure: undefined },
  ],
  [
    'less than was asked for',
    (scene) => void open(scene).write(acknowledged(scene, { resourceSubscriptions: [] })),
    { told: [], failure: { kind: 'rejected' } },
  ],
  [
    'a stream that ends without an answer',
    (scene) => void open(scene).end(agreed(scene) + changes),
    { told: ['listening c1-1', ...heard], failure: { kind: 'broken' } },
  ],
  [
    'a stream that breaks',
    (scene) => {
      const stream = open(scene);
      stream.write(agreed(scene) + changes, () => stream.destroy());
    },
    { failure: { kind: 'broken' } },
  ],
  [
    'an error',
    ({ one, response }) =>
      sendJson(response, 400, {
        jsonrpc: '2.0',
        id: one.body.id,
        error: { code: -32602, message: 'no topic' },
      }),
    { told: [], failure: { kind: 'rejected', code: -32602 } },
  ],
  [
    'that it is stopped',
    (scene) => open(scene).write(agreed(scene), () => scene.stop.abort()),
    { failure: undefined },
  ],
];

const views = [
  ['2025-11-25', 'sdk', ofSessions],
  ['2025-11-25', 'sdk-v2', ofSessions],
  ['2026-07-28', 'sdk', ofRequests],
] as const;

describe.each(views)('%s with the client %s', (protocol, kind, scripts) => {
  it.each(scripts)('that listens meets %s as the wire client does', async (_what, script, expected) => {
    const mine = await forChanges('wire', protocol, script);
    const theirs = await forChanges(kind, protocol, script);
    expect(mine.came).toMatchObject(expected);
    // Whether the last word came before the stop is a matter of luck.
    const said = ({ came }: typeof mine) => (expected && 'told' in expected ? came : { ...came, told: [] });
    expect(said(theirs)).toEqual(said(mine));
    expect(theirs.asked).toEqual(mine.asked);
  });
});

const taskOf = (protocol: ProtocolRevision, taskId: string, changes: object = {}) =>
  protocol === '2025-11-25'
    ? data({
        method: 'notifications/tasks/status',
        params: { taskId, status: 'working', ttl: 1000, pollInterval: 5, ...changes },
      })
    : data({
        method: 'notifications/tasks',
        params: { taskId, status: 'working', ttlMs: 1000, pollIntervalMs: 5, ...changes },
      });

const forTasks = (kind: ClientKind, protocol: ProtocolRevision, script: Script) =>
  visit(kind, protocol, script, async ({ tasks }, stop) => {
    const states: TaskState[] = [];
    const end = await tasks.listen(['a', 'b'], (state) => states.push(state), stop);
    return { states, dropped: end.dropped, ...shared(end) };
  });

describe.each([
  ['2025-11-25', 'sdk'],
  ['2025-11-25', 'sdk-v2'],
  ['2026-07-28', 'sdk'],
] as const)('%s with the client %s', (protocol, kind) => {
  it('is told what becomes of its tasks, and of no others', async () => {
    const done = { status: 'completed', result: { content: [] } };
    const script: Script = (scene) =>
      void open(scene).end(
        (protocol === '2026-07-28' ? acknowledged(scene, { taskIds: ['a', 'b'] }) : '') +
          taskOf(protocol, 'a') +
          taskOf(protocol, 'c') +
          data({ method: 'notifications/message', params: { level: 'info', data: 'hi' } }) +
          taskOf(protocol, 'b', { status: 'unheard-of' }) +
          taskOf(protocol, 'a', done) +
          (protocol === '2026-07-28' ? farewell(scene) : ''),
      );
    const mine = await forTasks('wire', protocol, script);
    const theirs = await forTasks(kind, protocol, script);
    expect(mine.came.states.map(({ status }) => status)).toEqual(['working', 'completed']);
    expect(theirs).toEqual(mine);
  });
});

describe('an official client that listens in a session that is lost', () => {
  it.each(['sdk', 'sdk-v2'] as const)('%s goes on with it beside the next session', async (kind) => {
    let sessions = 0;
    let stream: ServerResponse | undefined;
    await using server = await scriptServer((one, response) => {
      if (one.method === 'GET') {
        stream = response;
        response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      } else if (one.body?.method === 'initialize') {
        sessions += 1;
        const opened = {
          protocolVersion: '2025-11-25',
          capabilities: {},
          serverInfo: { name: 's', version: '1' },
        };
        sendResult(response, one, opened, { 'mcp-session-id': `s-${sessions}` });
      } else if (one.body?.method === 'tools/call') sendResult(response, one, { content: [] });
      else if (one.body?.id !== undefined) sendResult(response, one, {});
      else response.writeHead(202).end();
    });
    await using connector = (await connectorFor(kind, '2025-11-25'))(server.url);
    const connection = await connect(connector);
    const told: unknown[] = [];
    const began = Promise.withResolvers<void>();
    const watch: ChangeWatch = {
      onListening: () => began.resolve(),
      onChange: (topic, value) => told.push([topic, value]),
      onListChanged: () => {},
    };
    const listening = connection.subscribe?.(['a b'], watch, never);
    await began.promise;
    // A call beside it is judged by its own exchange, and so is the next handshake.
    const call = { tool: 'echo', arguments: {}, opId: 'c1.0' };
    expect(await connection.call(call, never)).toMatchObject({ outcome: 'ok', requestId: 'c1-5' });
    expect(await connection.open(never)).toMatchObject({ outcome: 'ok', value: { sessionId: 's-2' } });
    stream?.end(updated(uri, 'late'));
    expect(await listening).toMatchObject({ failure: undefined });
    expect(told).toEqual([['a b', 'late']]);
    expect(await connection.call(call, never)).toMatchObject({ outcome: 'ok' });
    await connection.close(never);
  });
});
