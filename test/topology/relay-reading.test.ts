import { describe, expect, test } from 'vitest';
import { idleMs, readAnswer } from '../../src/topology/balancer/answer-reading.ts';
import { headCharsMax, readRequest } from '../../src/topology/balancer/canonical-request.ts';
import { ChunkedBody } from '../../src/topology/balancer/chunked-body.ts';

const lines = (...all: string[]) => `${all.join('\r\n')}\r\n\r\n`;

describe('a canonical request', () => {
  const head = lines('POST /mcp?x=1 HTTP/1.1', 'Host: a:1', 'Mcp-Session-Id:  s 1 ', 'content-length: 2');

  test('is read once it is whole; what comes behind it is left', () => {
    for (let chars = 0; chars < head.length + 2; chars++) {
      expect(readRequest(`${head}{}`.slice(0, chars))).toBe('incomplete');
    }
    const request = readRequest(`${head}{}GET /`);
    const chars = head.length + 2;
    expect(request).toEqual({
      method: 'POST',
      text: `${head}{}`,
      chars,
      bodyBytes: 2,
      sessionId: 's 1',
      requestId: null,
      isLast: false,
    });
  });

  test('goes on without what belongs to its connection', () => {
    const request = readRequest(
      lines(
        'GET / HTTP/1.1',
        'Keep-Alive: x',
        'A: 1',
        'Connection: Keep-Alive',
        'TE: trailers',
        'Host: a',
        'B:2',
        'Proxy-Authorization: secret',
      ),
    );
    expect(request).toMatchObject({ text: lines('GET / HTTP/1.1', 'A: 1', 'Host: a', 'B:2'), isLast: false });
    expect(readRequest(lines('GET / HTTP/1.1', 'host: a', 'connection: close'))).toMatchObject({
      isLast: true,
    });
  });

  test.each([
    ['no host', lines('GET / HTTP/1.1', 'a: b')],
    ['two hosts', lines('GET / HTTP/1.1', 'host: a', 'Host: a')],
    ['two lengths', lines('POST / HTTP/1.1', 'host: a', 'content-length: 1', 'content-length: 1')],
    ['a list of lengths', lines('POST / HTTP/1.1', 'host: a', 'content-length: 1, 1')],
    ['a signed length', lines('POST / HTTP/1.1', 'host: a', 'content-length: +1')],
    ['an empty length', lines('POST / HTTP/1.1', 'host: a', 'content-length:')],
    ['a coding', lines('POST / HTTP/1.1', 'host: a', 'transfer-encoding: chunked')],
    [
      'a coding and a length',
      lines('POST / HTTP/1.1', 'host: a', 'content-length: 1', 'Transfer-Encoding: x'),
    ],
    ['an expectation', lines('POST / HTTP/1.1', 'host: a', 'expect: 100-continue')],
    ['an upgrade', lines('GET / HTTP/1.1', 'host: a', 'connection: upgrade', 'upgrade: websocket')],
    ['headers named in connection', lines('GET / HTTP/1.1', 'host: a', 'connection: keep-alive, a', 'a: b')],
    ['a folded line', lines('GET / HTTP/1.1', 'host: a', 'b: c', ' d')],
    ['a space before the colon', lines('GET / HTTP/1.1', 'host: a', 'content-length : 1')],
    ['a nameless line', lines('GET / HTTP/1.1', 'host: a', ': b')],
    ['a bare LF', 'GET / HTTP/1.1\nhost: a\r\n\r\n'],
    ['a bare LF behind a header', 'GET / HTTP/1.1\r\nhost: a\nb: c\r\n\r\n'],
    ['a bare CR', 'GET / HTTP/1.1\r\nhost: a\rb: c\r\n\r\n'],
    ['a zero', 'GET / HTTP/1.1\r\nhost: a\0\r\n\r\n'],
    ['what is not ASCII', lines('GET / HTTP/1.1', 'host: a', 'b: \xe4')],
    ['an older version', lines('GET / HTTP/1.0', 'host: a')],
    ['another target', lines('GET http://a/ HTTP/1.1', 'host: a')],
    ['a tunnel', lines('CONNECT a:1 HTTP/1.1', 'host: a')],
    ['an empty line first', `\r\n${lines('GET / HTTP/1.1', 'host: a')}`],
    ['a head without headers', 'GET / HTTP/1.1\r\n\r\n'],
    ['too long a head', lines('GET / HTTP/1.1', 'host: a', `b: ${'x'.repeat(headCharsMax)}`)],
    ['too long a head, unfinished', `GET / HTTP/1.1\r\nb: ${'x'.repeat(headCharsMax)}`],
  ])('is none with %s', (_what, text) => {
    expect(readRequest(text)).toBe('other');
  });
});

describe("an upstream's answer", () => {
  const read = (text: string, method = 'POST') => readAnswer(text, text.indexOf('\r\n\r\n'), method);
  const ok = (...headers: string[]) => lines('HTTP/1.1 200 OK', ...headers);

  test('goes on without what belongs to its connection', () => {
    const headers = ['Set-Cookie: a', 'Set-Cookie: b', 'X: \xfc', 'Content-Length: 5'];
    const text = ok('Connection: x', ...headers.slice(0, 3), 'Keep-Alive: timeout=5', 'Content-Length: 5');
    expect(read(`${text}12345`)).toEqual({
      status: 200,
      head: `HTTP/1.1 200 OK\r\n${headers.join('\r\n')}\r\n`,
      chars: text.length,
      framing: 'length',
      bodyBytes: 5,
      sessionId: undefined,
      reusableMs: idleMs,
    });
    expect(read(lines('HTTP/1.0 404 Not  Found', 'MCP-SESSION-ID: s'))).toMatchObject({
      status: 404,
      head: 'HTTP/1.1 404 Not  Found\r\nMCP-SESSION-ID: s\r\n',
      sessionId: 's',
      reusableMs: 0,
    });
  });

  test.each([
    [ok('content-length: 0'), 'POST', 'length', idleMs],
    [ok('Transfer-Encoding: Chunked'), 'POST', 'chunked', idleMs],
    [ok(), 'POST', 'until-close', 0],
    [ok('content-length: 5'), 'HEAD', 'none', idleMs],
    [ok('transfer-encoding: chunked'), 'HEAD', 'none', idleMs],
    [lines('HTTP/1.1 204'), 'POST', 'none', idleMs],
    [lines('HTTP/1.1 304 ', 'content-length: 9'), 'GET', 'none', idleMs],
    [lines('HTTP/1.0 200 OK', 'content-length: 9'), 'GET', 'length', 0],
    [ok('content-length: 0', 'connection: a, Close'), 'POST', 'length', 0],
    [ok('content-length: 0', 'keep-alive: max=5, timeout=2'), 'POST', 'length', 1000],
    [ok('content-length: 0', 'keep-alive: timeout=1'), 'POST', 'length', 0],
    [ok('content-length: 0', 'keep-alive: timeout=900'), 'POST', 'length', idleMs],
  ])('%j to %s ends by %s', (text, method, framing, reusableMs) => {
    expect(read(text, method)).toMatchObject({ framing, reusableMs });
  });

  test.each([
    ['two lengths', ok('content-length: 5', 'content-length: 5')],
    ['no number', ok('content-length: five')],
    ['length and chunks', ok('content-length: 5', 'transfer-encoding: chunked')],
    ['an unknown coding', ok('transfer-encoding: gzip, chunked')],
    ['two codings', ok('transfer-encoding: chunked', 'transfer-encoding: chunked')],
    ['a bare LF', 'HTTP/1.1 200 OK\ncontent-length: 0\r\n\r\n'],
    ['a folded line', ok('a: b', '\tc')],
    ['another protocol', lines('HTTP/2 200 OK')],
    ['no status', lines('HTTP/1.1 OK')],
    ['a control character', ok('a: \x01')],
  ])('is refused with %s', (_what, text) => {
    expect(read(text)).toBeUndefined();
  });
});

describe('a body in chunks', () => {
  const follow = (...pieces: string[]) => {
    const body = new ChunkedBody();
    const passed = pieces.map((piece) => body.follow(piece)).join('');
    return { passed, isOver: body.isOver, isBroken: body.isBroken, surplusChars: body.surplusChars };
  };
  const whole = '5\r\nhe\r\no\r\n00A;x=y\r\n0123456789\r\n0\r\n';

  test('is followed to its end wherever it is divided; trailers stay behind', () => {
    const text = `${whole}A: b\r\nC: d\r\n\r\n`;
    for (let at = 0; at <= text.length; at++) {
      const end = { passed: `${whole}\r\n`, isOver: true, isBroken: false, surplusChars: 0 };
      expect(follow(text.slice(0, at), text.slice(at))).toEqual(end);
    }
    expect(follow(...text)).toMatchObject({ passed: `${whole}\r\n`, isOver: true });
    expect(follow(`${whole}\r\nHTTP/1.1`)).toMatchObject({ passed: `${whole}\r\n`, surplusChars: 8 });
    expect(follow(whole)).toMatchObject({ passed: whole, isOver: false });
  });

  test.each([
    'x\r\n',
    '-1\r\n',
    '0x5\r\nhello\r\n',
    ' 5\r\nhello\r\n',
    '5\nhello\r\n',
    '5\r\nhelloo\r\n',
    '5\r\nhello\n\r',
    '5\r\nhello\rx',
    '\r\n',
    'fffffffffffff\r\n',
    '5;\0\r\nhello\r\n',
    '0\r\nno trailer\r\n\r\n',
    '0\r\n\n',
    `5;${'x'.repeat(20_000)}`,
  ])('is broken by %j, wherever that is divided', (text) => {
    for (const at of [0, 1, 2, 3, text.length - 1]) {
      expect(follow(text.slice(0, at), text.slice(at))).toMatchObject({ isOver: false, isBroken: true });
    }
  });
});
