import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { maxEventChars } from '../../src/client/event-stream.ts';
import { type TaskState, wireConnector } from '../../src/client/index.ts';
import type { ProtocolRevision } from '../../src/record/index.ts';
import { type RawRequest, rawServer } from '../support/raw-server.ts';

/** Listening for what becomes of tasks: what is told, what is not, and how it ends. */

const revisions = ['2025-11-25', '2026-07-28'] as const;
const never = new AbortController().signal;
const header = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n';
const data = (message: object) => `event: message\ndata: ${JSON.stringify(message)}\n\n`;

const toldOf = (protocol: ProtocolRevision, taskId: unknown, changes: object = {}) =>
  protocol === '2025-11-25'
    ? {
        jsonrpc: '2.0',
        method: 'notifications/tasks/status',
        params: { taskId, status: 'working', ttl: 1000, pollInterval: 5, ...changes },
      }
    : {
        jsonrpc: '2.0',
        method: 'notifications/tasks',
        params: { taskId, status: 'working', ttlMs: 1000, pollIntervalMs: 5, ...changes },
      };

/** How each revision's stream ends when its server ends it: with an answer, or just so. */
const farewell = (protocol: ProtocolRevision, { body }: RawRequest) =>
  protocol === '2025-11-25'
    ? ''
    : data({ jsonrpc: '2.0', id: JSON.parse(body).id, result: { resultType: 'complete' } });

/** Listens for the tasks `a` and `b` to a server that answers as the test says; shows the first states told of. */
async function listen(
  protocol: ProtocolRevision,
  answer: (request: RawRequest) => void,
  { signal = never, onState = () => {} }: { signal?: AbortSignal; onState?: (state: TaskState) => void } = {},
) {
  const requests: RawRequest[] = [];
  await using server = await rawServer((request) => {
    requests.push(request);
    answer(request);
  });
  await using connector = wireConnector(server.origin.href, protocol);
  const connection = connector.connect({ nextRequestId: () => 'c1-1', turnAround: async () => {} });
  const states: TaskState[] = [];
  const take = (state: TaskState) => {
    if (states.length < 10) states.push(state);
    onState(state);
  };
  const listened = await connection.tasks.listen(['a', 'b'], take, signal);
  return { listened, states, requests };
}

describe.each(revisions)('%s', (protocol) => {
  it('asks for a stream as its revision has it, and passes on states of these tasks alone', async () => {
    const { listened, states, requests } = await listen(protocol, (request) => {
      const { socket } = request;
      const acknowledged = { method: 'notifications/subscriptions/acknowledged', params: {} };
      socket.write(header + (protocol === '2026-07-28' ? data(acknowledged) : ': hello\n\n'));
      const done = protocol === '2026-07-28' ? { result: { content: [] } } : {};
      const said = [
        toldOf(protocol, 'a'),
        toldOf(protocol, 'c'),
        toldOf(protocol, 'b', { status: 'no such status' }),
        toldOf(protocol, { toString: 'a' }),
        { jsonrpc: '2.0', method: 'notifications/message', params: null },
        { jsonrpc: '2.0', id: 1, method: 'elicitation/create', params: {} },
        toldOf(protocol, 'a', { status: 'completed', ...done }),
      ];
      socket.end(`data: no JSON\n\n${said.map(data).join('')}${farewell(protocol, request)}`);
    });
    expect(states.map(({ taskId, status }) => [taskId, status])).toEqual([
      ['a', 'working'],
      ['a', 'completed'],
    ]);
    expect(listened).toEqual({ requestId: 'c1-1', failure: undefined, dropped: 5 });
    const [{ head, body }] = requests as [RawRequest];
    if (protocol === '2025-11-25') {
      expect(head).toMatch(/^GET \/mcp HTTP\/1\.1\r\n/);
      expect(head).toMatch(/\r\naccept: [^\r]*text\/event-stream/);
    } else {
      expect(head).toContain('\r\nmcp-method: subscriptions/listen\r\n');
      expect(head).not.toContain('mcp-name');
      expect(JSON.parse(body)).toMatchObject({
        method: 'subscriptions/listen',
        params: { notifications: { taskIds: ['a', 'b'] } },
      });
    }
  });

  it('stops when it is told to, and says that nothing went wrong', async () => {
    const controller = new AbortController();
    let closed: Promise<unknown> = Promise.resolve();
    const { listened, states } = await listen(
      protocol,
      ({ socket }) => {
        closed = new Promise((resolve) => socket.once('close', resolve));
        socket.write(header + data(toldOf(protocol, 'a')));
      },
      { signal: controller.signal, onState: () => controller.abort() },
    );
    expect(listened.failure).toBeUndefined();
    expect(states).toHaveLength(1);
    await closed;
  });

  const endings: [string, (socket: Socket) => unknown, object][] = [
    ['a server that has none', (s) => s.end(answer(405, '')), { kind: 'rejected', status: 405 }],
    ['a gateway without a server', (s) => s.end(answer(503, '')), { kind: 'broken', status: 503 }],
    ['an answer that is no stream', (s) => s.end(answer(200, '{}')), { kind: 'malformed' }],
    ['a connection that breaks at once', (s) => s.resetAndDestroy(), { kind: 'broken' }],
    [
      'a stream that breaks off',
      (s) =>
        s.write(`${header.replace('\r\n\r\n', '\r\ntransfer-encoding: chunked\r\n\r\n')}5\r\n: hi\n`, () =>
          s.destroy(),
        ),
      { kind: 'broken', status: 200 },
    ],
    [
      'bytes that are no UTF-8',
      (s) => s.write(Buffer.concat([Buffer.from(`${header}data: `), Buffer.from([0xff, 0xfe])])),
      { kind: 'malformed', status: 200 },
    ],
    [
      'an event without an end',
      (s) => s.write(`${header}data: ${'x'.repeat(maxEventChars + 100)}`),
      { kind: 'malformed', message: expect.stringContaining('characters') },
    ],
    [
      'an event of lines without an end',
      (s) => s.write(header + 'data: x\n'.repeat(maxEventChars)),
      { kind: 'malformed', message: expect.stringContaining('characters') },
    ],
  ];
  it.each(endings)('meets %s with a failure', async (_name, act, failure) => {
    const { listened, states } = await listen(protocol, ({ socket }) => void act(socket));
    expect(listened.failure).toMatchObject(failure);
    expect(states).toEqual([]);
  });

  it('holds nothing of a million events, and lets a server that is too fast wait', async () => {
    const events = 1_000_000;
    const block = data(toldOf(protocol, 'a')) + data(toldOf(protocol, 'somebody else’s'));
    const perWrite = 100;
    let sent = 0;
    let mostWaiting = 0;
    let mostRss = 0;
    let heard = 0;
    const before = process.memoryUsage().rss;
    const { listened } = await listen(
      protocol,
      (request) => {
        const { socket } = request;
        socket.write(header);
        const bytes = Buffer.from(block.repeat(perWrite));
        const pump = () => {
          while (sent < events) {
            sent += 2 * perWrite;
            const isFree = socket.write(bytes);
            mostWaiting = Math.max(mostWaiting, sent - 2 * heard);
            if (!isFree) {
              socket.once('drain', pump);
              return;
            }
          }
          socket.end(farewell(protocol, request));
        };
        pump();
      },
      {
        onState: () => {
          heard += 1;
          if (heard % 10_000 === 0) mostRss = Math.max(mostRss, process.memoryUsage().rss);
        },
      },
    );
    expect(listened).toEqual({ requestId: 'c1-1', failure: undefined, dropped: events / 2 });
    expect(heard).toBe(events / 2);
    // What was sent but not heard is in the sockets' buffers: some megabytes of them, however many events there are.
    expect(mostWaiting).toBeLessThan(events / 10);
    expect(mostRss - before).toBeLessThan(200 * 1024 * 1024);
  }, 60_000);
});

it('takes the end of a subscription without an answer for a break', async () => {
  const { listened } = await listen('2026-07-28', ({ socket }) => void socket.end(header));
  expect(listened.failure).toMatchObject({ kind: 'broken' });
});

it('takes an error for the answer to a subscription for what it is', async () => {
  const { listened } = await listen('2026-07-28', ({ socket, body }) => {
    const error = { code: -32021, message: 'Missing required client capability' };
    socket.write(header + data({ jsonrpc: '2.0', id: JSON.parse(body).id, error }));
  });
  expect(listened.failure).toMatchObject({ kind: 'rejected', code: -32021 });
});

function answer(status: number, body: string): string {
  return `HTTP/1.1 ${status} X\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}
