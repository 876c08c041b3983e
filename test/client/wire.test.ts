import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { type Connection, wireConnector } from '../../src/client/index.ts';
import type { ProtocolRevision } from '../../src/record/index.ts';
import {
  type Asked,
  type ScriptServer,
  scriptServer,
  sendJson,
  sendResult,
} from '../support/script-server.ts';

const never = new AbortController().signal;
const echo = { tool: 'echo', arguments: { text: 'hi' }, opId: 'c1.0' };

/** A server of 2025-11-25 that knows one session; `tools/call` is answered by the test. */
const stateful = (call: (asked: Asked, response: ServerResponse) => void) =>
  scriptServer((asked, response) => {
    if (asked.body?.method === 'initialize') {
      const result = {
        protocolVersion: '2025-11-25',
        capabilities: {},
        serverInfo: { name: 's', version: '1' },
      };
      sendResult(response, asked, result, { 'mcp-session-id': 's-1' });
    } else if (asked.body?.method === 'tools/call') call(asked, response);
    else response.writeHead(asked.method === 'DELETE' ? 200 : 202).end();
  });

const stateless = (call: (asked: Asked, response: ServerResponse) => void) => scriptServer(call);

async function using<R>(
  server: ScriptServer,
  protocol: ProtocolRevision,
  act: (connection: Connection) => Promise<R>,
): Promise<R> {
  await using _server = server;
  await using connector = wireConnector(server.url, protocol);
  let n = 0;
  return await act(connector.connect({ nextRequestId: () => `c1-${++n}`, turnAround: async () => {} }));
}

/** Opens a session if there are any, calls once, and returns the answer. */
async function callOnce(
  protocol: ProtocolRevision,
  answer: (asked: Asked, response: ServerResponse) => void,
) {
  const server = await (protocol === '2025-11-25' ? stateful(answer) : stateless(answer));
  return using(server, protocol, async (connection) => {
    await connection.open(never);
    return connection.call(echo, never);
  });
}

const text = { content: [{ type: 'text', text: 'hi' }] };

describe('a client of 2025-11-25', () => {
  it('initializes, says so, carries session and version, and deletes the session', async () => {
    const server = await stateful((asked, response) => sendResult(response, asked, text));
    const answer = await using(server, '2025-11-25', async (connection) => {
      expect(await connection.open(never)).toEqual({
        outcome: 'ok',
        value: { sessionId: 's-1', cost: { requests: 2, bytes: expect.any(Number) } },
        requestId: 'c1-1',
      });
      const called = await connection.call(echo, never);
      expect(await connection.close(never)).toEqual({ status: 200 });
      return called;
    });
    expect(answer).toMatchObject({ outcome: 'ok', value: { isError: false } });
    const [initialize, initialized, call, end] = server.asked;
    expect(initialize?.headers['mcp-session-id']).toBeUndefined();
    expect(initialize?.body.params).toMatchObject({ protocolVersion: '2025-11-25', capabilities: {} });
    expect(initialized?.body).toEqual({ jsonrpc: '2.0', method: 'notifications/initialized' });
    expect(call?.headers).toMatchObject({
      'mcp-session-id': 's-1',
      'mcp-protocol-version': '2025-11-25',
      accept: 'application/json, text/event-stream',
      'x-windtunnel-request': 'c1-3',
    });
    expect(call?.body.params).toEqual({
      name: 'echo',
      arguments: { text: 'hi' },
      _meta: { 'io.mcp-windtunnel/opId': 'c1.0' },
    });
    expect(end?.method).toBe('DELETE');
    expect(end?.headers['mcp-session-id']).toBe('s-1');
  });

  it('tells a session that is lost at its first follow-up', async () => {
    const server = await scriptServer((asked, response) => {
      if (asked.body.method === 'initialize')
        sendResult(response, asked, { protocolVersion: '2025-11-25' }, { 'mcp-session-id': 's-1' });
      else
        sendJson(response, 404, {
          jsonrpc: '2.0',
          id: null,
          error: { code: -32001, message: 'Session not found' },
        });
    });
    const opened = await using(server, '2025-11-25', (connection) => connection.open(never));
    expect(opened).toMatchObject({
      outcome: 'ok',
      value: { lost: { failure: { kind: 'unknown-session' }, requestId: 'c1-2' } },
    });
  });

  it('refuses a server that answers with another revision', async () => {
    const server = await scriptServer((asked, response) =>
      sendResult(response, asked, { protocolVersion: '2024-11-05' }),
    );
    const opened = await using(server, '2025-11-25', (connection) => connection.open(never));
    expect(opened).toMatchObject({
      outcome: 'fail',
      failure: { kind: 'rejected', message: expect.stringContaining('2024-11-05') },
    });
  });

  it('cancels what it gives up, with a notification', async () => {
    const server = await stateful(() => {});
    await using(server, '2025-11-25', async (connection) => {
      await connection.open(never);
      const deadline = new AbortController();
      const answer = connection.call(echo, deadline.signal);
      const asked = await server.seen(({ body }) => body?.method === 'tools/call');
      deadline.abort();
      expect(await answer).toMatchObject({ outcome: 'info', failure: { kind: 'timeout' } });
      const cancelled = await server.seen(({ body }) => body?.method === 'notifications/cancelled');
      expect(cancelled.body.params.requestId).toBe(asked.body.id);
    });
  });

  it.each([
    [404, { code: -32001, message: 'Session not found' }],
    [404, { code: -32600, message: 'Session terminated' }],
    [400, { code: -32000, message: 'Bad Request: No valid session ID provided' }],
    [400, { code: -32000, message: 'Bad Request: Server not initialized' }],
    [401, { code: -32000, message: 'unknown session' }],
  ])('takes %i %o for an unknown session', async (status, error) => {
    const answer = await callOnce('2025-11-25', (asked, response) =>
      sendJson(response, status, { jsonrpc: '2.0', id: asked.body.id, error }),
    );
    expect(answer).toMatchObject({ outcome: 'fail', failure: { kind: 'unknown-session', status } });
  });

  it.each([
    [404, 'session not found'],
    [400, 'Bad Request: No valid session ID provided'],
    [401, 'Unauthorized: Session not found'],
    [404, '{"error":"Session not found or expired."}'],
  ])('takes %i %s in plain text for an unknown session', async (status, text) => {
    const answer = await callOnce('2025-11-25', (_asked, response) => response.writeHead(status).end(text));
    expect(answer).toMatchObject({
      outcome: 'fail',
      failure: { kind: 'unknown-session', status, message: text },
    });
  });

  it.each([
    [404, { code: -32601, message: 'Method not found' }],
    [400, { code: -32602, message: 'Invalid params' }],
    [403, { code: -32000, message: 'Forbidden' }],
  ])('takes %i %o for a rejection', async (status, error) => {
    const answer = await callOnce('2025-11-25', (asked, response) =>
      sendJson(response, status, { jsonrpc: '2.0', id: asked.body.id, error }),
    );
    expect(answer).toMatchObject({ outcome: 'fail', failure: { kind: 'rejected', status } });
  });
});

describe('a client of 2026-07-28', () => {
  it('sends one request that stands for itself', async () => {
    const server = await stateless((asked, response) =>
      sendResult(response, asked, { resultType: 'complete', ...text }),
    );
    await using(server, '2026-07-28', async (connection) => {
      expect(await connection.open(never)).toMatchObject({ outcome: 'ok', value: { sessionId: null } });
      expect(await connection.call(echo, never)).toMatchObject({ outcome: 'ok' });
      expect(await connection.close(never)).toEqual({});
    });
    expect(server.asked).toHaveLength(1);
    const [call] = server.asked;
    expect(call?.headers).toMatchObject({
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'echo',
    });
    expect(call?.headers['mcp-session-id']).toBeUndefined();
    expect(call?.body.params._meta).toMatchObject({
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'mcp-windtunnel' },
      'io.modelcontextprotocol/clientCapabilities': {},
      'io.mcp-windtunnel/opId': 'c1.0',
    });
  });

  it.each([
    ['Hello, 世界', '=?base64?SGVsbG8sIOS4lueVjA==?='],
    [' padded ', '=?base64?IHBhZGRlZCA=?='],
    ['=?base64?literal?=', '=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?='],
    ['us-west1', 'us-west1'],
  ])('carries the tool name %j in a header as the specification encodes it', async (tool, header) => {
    const server = await stateless((asked, response) => sendResult(response, asked, text));
    await using(server, '2026-07-28', (connection) => connection.call({ ...echo, tool }, never));
    expect(server.asked[0]?.headers['mcp-name']).toBe(header);
  });

  it('cancels by closing the stream', async () => {
    let closed: (() => void) | undefined;
    const closing = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const server = await stateless((_asked, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(': working\n\n');
      response.once('close', () => closed?.());
    });
    await using(server, '2026-07-28', async (connection) => {
      const deadline = new AbortController();
      const answer = connection.call(echo, deadline.signal);
      await server.seen(() => true);
      deadline.abort();
      expect(await answer).toMatchObject({ outcome: 'info', failure: { kind: 'timeout' } });
      await closing;
    });
    expect(server.asked).toHaveLength(1);
  });

  it('does not take a result that asks for input for a final one', async () => {
    const answer = await callOnce('2026-07-28', (asked, response) =>
      sendResult(response, asked, { resultType: 'input_required' }),
    );
    expect(answer).toMatchObject({ outcome: 'info', failure: { kind: 'malformed' } });
  });
});

describe.each(['2025-11-25', '2026-07-28'] as const)('either client (%s)', (protocol) => {
  it('reads an answer out of an event stream, past progress and comments, split anywhere', async () => {
    const answer = await callOnce(protocol, (asked, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const progress = { jsonrpc: '2.0', method: 'notifications/progress', params: { progress: 1 } };
      const result = {
        jsonrpc: '2.0',
        id: asked.body.id,
        result: { ...text, structuredContent: { text: '世界' } },
      };
      const bytes = Buffer.from(
        `: hello\n\nevent: message\ndata: ${JSON.stringify(progress)}\n\ndata: ${JSON.stringify(result)}\n\n`,
      );
      for (const byte of bytes) response.write(Buffer.from([byte]));
      response.end();
    });
    expect(answer).toMatchObject({ outcome: 'ok', value: { structuredContent: { text: '世界' } } });
  });

  it('does not wait for a stream that stays open after the answer', async () => {
    const answer = await callOnce(protocol, (asked, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: ${JSON.stringify({ jsonrpc: '2.0', id: asked.body.id, result: text })}\n\n`);
    });
    expect(answer).toMatchObject({ outcome: 'ok' });
  });

  it.each([
    [
      'another request’s id',
      (_: Asked, r: ServerResponse) => sendJson(r, 200, { jsonrpc: '2.0', id: 999, result: text }),
      { misdelivered: true },
    ],
    [
      'another request’s id in a stream',
      (_: Asked, r: ServerResponse) =>
        void r
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .end(`data: ${JSON.stringify({ jsonrpc: '2.0', id: 999, result: text })}\n\n`),
      { misdelivered: true },
    ],
    [
      'no JSON',
      (_: Asked, r: ServerResponse) =>
        void r.writeHead(200, { 'content-type': 'application/json' }).end('<html>'),
    ],
    ['a list', (_: Asked, r: ServerResponse) => sendJson(r, 200, [])],
    [
      'neither result nor error',
      (a: Asked, r: ServerResponse) => sendJson(r, 200, { jsonrpc: '2.0', id: a.body.id }),
    ],
    [
      'a stream without a response',
      (_: Asked, r: ServerResponse) =>
        void r.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: {}\n\n'),
    ],
    ['a redirect', (_: Asked, r: ServerResponse) => void r.writeHead(302, { location: '/elsewhere' }).end()],
  ])('calls %s malformed, its effect unknown', async (_name, answer, misdelivered?: object) => {
    const told = await callOnce(protocol, answer);
    expect(told).toMatchObject({ outcome: 'info', failure: { kind: 'malformed', ...misdelivered } });
    // Whose it is, is only said where it is known.
    if (!misdelivered) expect(told).not.toHaveProperty('failure.misdelivered');
  });

  it('calls a broken connection and 5xx broken, their effect unknown', async () => {
    expect(await callOnce(protocol, (_asked, response) => response.destroy())).toMatchObject({
      outcome: 'info',
      failure: { kind: 'broken' },
    });
    expect(await callOnce(protocol, (_asked, response) => void response.writeHead(502).end())).toMatchObject({
      outcome: 'info',
      failure: { kind: 'broken', status: 502 },
    });
  });

  it('does not read more than 16 MB of one answer', async () => {
    const answer = await callOnce(protocol, (_asked, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const pump = () => {
        while (!response.destroyed && response.write(Buffer.alloc(1 << 20, 32)));
        if (!response.destroyed) response.once('drain', pump);
      };
      pump();
    });
    expect(answer).toMatchObject({
      outcome: 'info',
      failure: { kind: 'malformed', message: expect.stringContaining('bytes') },
    });
  });

  it('knows that nothing was sent when no connection could be made', async () => {
    const server = await scriptServer(() => {});
    await server[Symbol.asyncDispose]();
    await using connector = wireConnector(server.url, protocol);
    const connection = connector.connect({ nextRequestId: () => 'c1-1', turnAround: async () => {} });
    const answer =
      protocol === '2025-11-25' ? await connection.open(never) : await connection.call(echo, never);
    expect(answer).toMatchObject({ outcome: 'fail', failure: { kind: 'refused' } });
  });

  it('passes on what a tool says of its own failure', async () => {
    const answer = await callOnce(protocol, (asked, response) =>
      sendResult(response, asked, {
        ...text,
        isError: true,
        _meta: { 'io.mcp-windtunnel/stateMissing': true },
      }),
    );
    expect(answer).toMatchObject({
      outcome: 'ok',
      value: { isError: true, meta: { 'io.mcp-windtunnel/stateMissing': true } },
    });
  });
});
