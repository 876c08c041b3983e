import { describe, expect, test } from 'vitest';
import { announcedOrigin } from '../../src/topology/announced-origin.ts';
import { answerHead, dropHopByHop } from '../../src/topology/balancer/hop-by-hop.ts';
import { jsonRpcAnswer } from '../../src/topology/json-rpc-answer.ts';

describe('where a server says it listens', () => {
  test.each([
    ['listening at http://127.0.0.1:4012\n', 'http://127.0.0.1:4012'],
    ['\u001b[32mhttp://localhost:80/mcp\u001b[0m', 'http://localhost:80'],
    ['docs: https://example.com:1/\nat https://localhost:9/ and http://localhost:8/', 'https://localhost:9'],
    ['listening on port 4012\n', 'http://127.0.0.1:4012'],
    ['listening at http://0.0.0.0:4012\n', 'http://127.0.0.1:4012'],
    ['INFO:     Uvicorn running on http://0.0.0.0:8000 (Press CTRL+C to quit)\n', 'http://127.0.0.1:8000'],
    ['at http://[::]:4012/mcp\n', 'http://127.0.0.1:4012'],
    ['at http://[::1]:4012/mcp\n', 'http://[::1]:4012'],
    ['MCP Streamable HTTP Server listening on port 3001\n', 'http://127.0.0.1:3001'],
    ['2026/01/01 10:20:30 server listening on :8080\n', 'http://127.0.0.1:8080'],
    ['Server started on 0.0.0.0:3000\n', 'http://127.0.0.1:3000'],
    ['Listening on [::]:3000\n', 'http://127.0.0.1:3000'],
    ['{"level":"info","msg":"server started","port":3000}\n', 'http://127.0.0.1:3000'],
    ['listening on port 0\nserving on port 4012\n', 'http://127.0.0.1:4012'],
    ['connecting to the database at localhost:5432\n', undefined],
    ['started at 10:20:30\n', undefined],
    ['listening on http://192.168.0.7:3000\n', undefined],
  ])('%j', (output, origin) => {
    expect(announcedOrigin(output, false)).toBe(origin);
  });

  test('takes digits at the very end for the port only when nothing more comes', () => {
    expect(announcedOrigin('http://127.0.0.1:40', false)).toBeUndefined();
    expect(announcedOrigin('http://127.0.0.1:4012', true)).toBe('http://127.0.0.1:4012');
    expect(announcedOrigin('listening on port 40', false)).toBeUndefined();
    expect(announcedOrigin('listening on port 4012', true)).toBe('http://127.0.0.1:4012');
  });
});

describe('a JSON-RPC answer', () => {
  const message = '{"jsonrpc":"2.0","id":0,"result":{}}';

  test('is found in a body and in a stream, also with others before it', () => {
    expect(jsonRpcAnswer(message, false)).toMatchObject({ result: {} });
    const notification = '{"jsonrpc":"2.0","method":"notifications/message"}';
    const stream = `: hi\n\ndata: ${notification}\n\nid: 1\r\nevent: message\r\ndata: ${message}\r\n\r\n`;
    expect(jsonRpcAnswer(stream, true)).toMatchObject({ result: {} });
  });

  test.each([
    ['', false],
    ['<html>', false],
    ['{"ok":true}', false],
    ['null', false],
    [`data: ${message}\n`, true],
  ])('is not found in %j', (body, isStream) => {
    expect(jsonRpcAnswer(body, isStream)).toBeUndefined();
  });
});

describe('headers of one connection', () => {
  test('are not passed on, all others are', () => {
    const headers = {
      connection: 'close',
      'keep-alive': 'x',
      te: 'trailers',
      host: 'a:1',
      'mcp-method': 'b',
    };
    dropHopByHop(headers);
    expect(headers).toEqual({ host: 'a:1', 'mcp-method': 'b' });
  });

  test('are left out of an answer, whose order, case and repetitions stay', () => {
    const cookies = ['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2'];
    const raw = ['Connection', 'close', ...cookies, 'Transfer-Encoding', 'chunked', 'MCP-Session-Id', 's'];
    expect(answerHead(raw)).toEqual({
      headers: [...cookies, 'MCP-Session-Id', 's'],
      sessionId: 's',
      bodyBytes: undefined,
    });
    expect(answerHead(['content-length', '12']).bodyBytes).toBe(12);
  });
});
