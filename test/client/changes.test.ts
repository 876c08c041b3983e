import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type ChangeWatch, wireConnector } from '../../src/client/index.ts';
import { StopSource } from '../../src/core/index.ts';
import type { ProtocolRevision } from '../../src/record/index.ts';
import { type RawRequest, rawServer } from '../support/raw-server.ts';

/** Listening for changes: how it is asked for, when it stands, what is told, and how it ends. */

const header = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n';
const data = (message: object) =>
  `event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`;
const json = (message: object) => {
  const body = JSON.stringify({ jsonrpc: '2.0', ...message });
  return `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
};
const uri = 'windtunnel://topic/a%20b';
const updated = (of: unknown, value: unknown) =>
  data({
    method: 'notifications/resources/updated',
    params: { uri: of, _meta: { 'io.mcp-windtunnel/value': value } },
  });
const acknowledged = (uris: string[]) =>
  data({
    method: 'notifications/subscriptions/acknowledged',
    params: { notifications: { resourceSubscriptions: uris } },
  });

/** Listens for the topic `a b` to a server that does as the test says. */
async function listen(protocol: ProtocolRevision, serve: (request: RawRequest, stop: StopSource) => void) {
  const asked: string[] = [];
  const told: unknown[] = [];
  const stop = new StopSource();
  await using server = await rawServer((request) => {
    asked.push(request.body === '' ? (request.head.split(' ')[0] ?? '') : JSON.parse(request.body).method);
    serve(request, stop);
  });
  await using connector = wireConnector(server.origin.href, protocol);
  let requests = 0;
  const client = {
    nextRequestId: () => {
      requests += 1;
      return `c1-${requests}`;
    },
    turnAround: async () => {},
  };
  const watch: ChangeWatch = {
    onListening: (requestId) => told.push(`listening ${requestId}`),
    onChange: (topic, value) => told.push([topic, value]),
    onListChanged: () => told.push('list'),
  };
  const ended = await connector.connect(client).subscribe?.(['a b'], watch, stop);
  return { ended, told, asked };
}

const told = [
  updated(uri, 'c1.0'),
  data({ method: 'notifications/resources/list_changed' }),
  updated('file:///x', 7),
  updated(9, null),
  data({ method: 'notifications/message', params: null }),
].join('');
const shown = [['a b', 'c1.0'], 'list', ['file:///x', null], ['', null]];

describe('2026-07-28', () => {
  it('listens once all that was asked for is acknowledged, until the server ends it', async () => {
    const listened = await listen('2026-07-28', ({ socket, body, head }) => {
      const { id, params } = JSON.parse(body);
      expect(params.notifications).toEqual({ resourcesListChanged: true, resourceSubscriptions: [uri] });
      expect(head).toContain('mcp-method: subscriptions/listen');
      socket.end(header + acknowledged([uri]) + told + data({ id, result: { resultType: 'complete' } }));
    });
    expect(listened.told).toEqual(['listening c1-1', ...shown]);
    expect(listened.ended).toMatchObject({ requestId: 'c1-1', failure: undefined });
  });

  it('does not take less for what was asked for', async () => {
    const listened = await listen('2026-07-28', ({ socket }) => socket.write(header + acknowledged([])));
    expect(listened.told).toEqual([]);
    expect(listened.ended?.failure).toMatchObject({ kind: 'rejected' });
  });

  it('says that a stream broke which ended without an answer', async () => {
    const { ended } = await listen('2026-07-28', ({ socket }) => socket.end(header + acknowledged([uri])));
    expect(ended?.failure).toMatchObject({ kind: 'broken' });
  });

  it('ends when it is stopped', async () => {
    const { ended, told } = await listen('2026-07-28', ({ socket }, stop) => {
      socket.write(header + acknowledged([uri]));
      socket.on('close', () => stop.abort());
      setImmediate(() => stop.abort());
    });
    expect(ended?.failure).toBeUndefined();
    expect(told.length).toBeLessThanOrEqual(1);
  });
});

describe('2025-11-25', () => {
  it('subscribes when its stream is open, and listens when that is acknowledged', async () => {
    let stream: Socket | undefined;
    const {
      told: heard,
      ended,
      asked,
    } = await listen('2025-11-25', ({ socket, head, body }) => {
      if (head.startsWith('GET')) {
        stream = socket;
        socket.write(`${header}: open\n\n`);
        return;
      }
      const { id, params } = JSON.parse(body);
      expect(params).toEqual({ uri });
      // What is told of before the acknowledgement is not lost, and the stream's end ends it.
      stream?.write(updated(uri, 'early'), () => {
        socket.write(json({ id, result: {} }), () => stream?.end(told));
      });
    });
    expect(asked).toEqual(['GET', 'resources/subscribe']);
    expect(heard).toEqual(expect.arrayContaining([['a b', 'early'], 'list', ['a b', 'c1.0']]));
    expect(ended).toMatchObject({ failure: undefined });
  });

  it('is over when the subscription is refused', async () => {
    const { ended, told: heard } = await listen('2025-11-25', ({ socket, head, body }) => {
      if (head.startsWith('GET')) socket.write(header);
      else socket.write(json({ id: JSON.parse(body).id, error: { code: -32601, message: 'no' } }));
    });
    expect(heard).toEqual([]);
    expect(ended).toMatchObject({ requestId: 'c1-2', failure: { kind: 'rejected', code: -32601 } });
  });

  it('is over when there is no stream', async () => {
    const refusal = 'HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\n\r\n';
    const { ended, asked } = await listen('2025-11-25', ({ socket }) => socket.write(refusal));
    expect(asked).toEqual(['GET']);
    expect(ended?.failure).toMatchObject({ status: 405 });
  });
});
