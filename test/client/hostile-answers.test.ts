import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { AnswerBody, maxAnswerBytes, maxHeldBytes } from '../../src/client/answer-body.ts';
import { failureOf } from '../../src/client/exchange.ts';
import { BadAnswer } from '../../src/client/http/index.ts';
import { wireConnector } from '../../src/client/index.ts';
import { neverStops } from '../../src/core/index.ts';
import { type RawRequest, rawServer } from '../support/raw-server.ts';
import { answerOf } from './http-ask.ts';

const echo = { tool: 'echo', arguments: {}, opId: 'c1.0' };
const client = { nextRequestId: () => 'c1-1', turnAround: async () => {} };

/** What a call comes to when the server answers so. */
async function call(
  answer: (request: RawRequest) => void,
  signal: AbortSignal | typeof neverStops = neverStops,
) {
  await using server = await rawServer(answer);
  await using connector = wireConnector(server.origin.href, '2026-07-28');
  return await connector.connect(client).call(echo, signal);
}

const rpc = (id: string, rest = '"result":{"content":[]}') => `{"jsonrpc":"2.0","id":${id},${rest}}`;
const json = (body: string) => answerOf(body, 'content-type: application/json\r\n');
const stream = (body: string, type = 'text/event-stream') => answerOf(body, `content-type: ${type}\r\n`);
const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const mebibyte = 2 ** 20;

it.each(['1e300', '-32602.5', '"-32602"'])(
  'an error with the code %s has none: the record holds no such number',
  async (code) => {
    const error = `"error":{"code":${code},"message":"no"}`;
    const { outcome, ...rest } = await call(({ socket }) => socket.end(json(rpc('1', error))));
    expect(outcome).toBe('info');
    expect(rest).toMatchObject({ failure: { kind: 'broken', message: 'no' } });
    expect(rest).not.toHaveProperty('failure.code');
  },
);

describe('an answer that is odd, yet holds the response', () => {
  it.each([
    [
      'server-sent events by another spelling',
      stream(`data: ${rpc('1')}\n\n`, 'Text/Event-Stream; charset=UTF-8'),
    ],
    ['line ends of CR alone', stream(`: hi\rdata: ${rpc('1')}\r\r`)],
    ['line ends of CR LF', stream(`event: message\r\ndata: ${rpc('1')}\r\n\r\n`)],
    ['a byte order mark before events', stream(`\xef\xbb\xbfdata: ${rpc('1')}\n\n`)],
    ['one message over several lines', stream(`data: ${rpc('1').replaceAll(',', ',\ndata: ')}\n\n`)],
    [
      'many events before it',
      stream(`${'data: {"jsonrpc":"2.0","method":"x"}\n\n'.repeat(5000)}data: ${rpc('1')}\n\n`),
    ],
    ['another response before it', stream(`data: ${rpc('9')}\n\ndata: ${rpc('1')}\n\n`)],
    ['ten thousand levels', json(rpc('1', `"result":{"structuredContent":${deep(10_000)}}`))],
    [
      'single bytes as chunks',
      `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${[...rpc('1')].map((c) => `1\r\n${c}\r\n`).join('')}0\r\n\r\n`,
    ],
  ])('with %s', async (_name, answer) => {
    expect(await call(({ socket }) => socket.write(answer, 'latin1'))).toMatchObject({ outcome: 'ok' });
  });
});

describe('an answer that holds none', () => {
  it.each([
    ['an id of many levels', json(rpc(deep(20_000)))],
    ['an id of a megabyte', json(rpc(`"${'i'.repeat(mebibyte)}"`))],
    ['a result type of many levels', json(rpc('1', `"result":{"resultType":${deep(20_000)}}`))],
    ['no result', json(rpc('1', '"result":null'))],
    ['a batch', json(`[${rpc('1')}]`)],
    ['a response cut off', stream(`data: ${rpc('1').slice(0, -2)}`)],
    ['a response without the end of its event', stream(`data: ${rpc('1')}\n`)],
    ['no UTF-8', json(`${rpc('1').slice(0, -1)},"x":"\xff"}`)],
    ['no UTF-8 in events', stream(`data: \xff\n\ndata: ${rpc('1')}\n\n`)],
    ['too much JSON', json(' '.repeat(maxAnswerBytes + 1))],
    ['too long an event', stream(`data: ${'x'.repeat(maxAnswerBytes)}`)],
  ])('because of %s is malformed, and told of in few words', async (_name, answer) => {
    const called = await call(({ socket }) => socket.write(answer, 'latin1'));
    expect(called).toMatchObject({ outcome: 'info', failure: { kind: 'malformed', status: 200 } });
    if (called.outcome !== 'ok') expect(called.failure.message?.length).toBeLessThanOrEqual(500);
    expect(called.transcript?.answerBody.length).toBeLessThanOrEqual(8192);
  });

  it.each([
    ['nothing', '', undefined],
    ['half a head', 'HTTP/1.1 200 OK\r\ncontent-', undefined],
    ['a head', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n', 200],
    ['half a body', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{', 200],
    ['a stream', 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: {}\n\n', 200],
  ])(
    'after %s: given up it is a timeout, ended it is broken, and it may have run each time',
    async (_name, says, status) => {
      const known = status === undefined ? {} : { status };
      const deadline = new AbortController();
      const givenUp = call(({ socket }) => {
        // The deadline passes once all of it is on its way; what the client has seen by then is not the point.
        socket.write(says, () => setImmediate(() => deadline.abort()));
      }, deadline.signal);
      expect(await givenUp).toMatchObject({ outcome: 'info', failure: { kind: 'timeout' } });
      // A stream without a length is whole when the connection ends, and holds no response.
      const kind = says.includes('event-stream') ? 'malformed' : 'broken';
      const ended = await call(({ socket }) => socket.end(says));
      expect(ended).toMatchObject({ outcome: 'info', failure: { kind, ...known } });
      const reset = await call(({ socket }) => socket.write(says, () => socket.resetAndDestroy()));
      expect(reset).toMatchObject({ outcome: 'info', failure: { kind: 'broken' } });
    },
  );

  it('because there is no connection was certainly not carried out', async () => {
    // TEST-NET-1 (RFC 5737): nobody answers. A machine without a route refuses at once, which is as certain.
    await using connector = wireConnector('http://192.0.2.1:9/mcp', '2026-07-28');
    const deadline = new AbortController();
    const called = connector.connect(client).call(echo, deadline.signal);
    deadline.abort();
    expect(await called).toMatchObject({ outcome: 'fail', failure: { kind: 'timeout' } });
  });

  it('because a connection that stood timed out is broken, not refused', () => {
    const timedOut = Object.assign(new Error('read ETIMEDOUT'), { code: 'ETIMEDOUT', syscall: 'read' });
    expect(failureOf(timedOut, true).kind).toBe('broken');
    // As when a server closes in the middle of the TLS handshake.
    expect(failureOf(Object.assign(new Error('closed'), { code: 'ECONNRESET' }), false).kind).toBe('refused');
  });
});

describe('what answers hold in memory', () => {
  it('is what they are long, however small the pieces are', () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const used = () => {
      gc();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const before = used();
    const body = new AnswerBody('application/json', 1);
    const text = Buffer.from(rpc('1', `"result":{"text":"${'t'.repeat(mebibyte)}"}`));
    for (let at = 0; at < text.length; at++) body.take(text.subarray(at, at + 1));
    expect(used() - before).toBeLessThan(16 * mebibyte);
    expect(body.text).toContain('"text":"ttt');
    expect(body.end()?.id).toBe(1);
  });

  it('is bounded for all together, and free again when they are over', () => {
    const memory = { bytes: 0 };
    const chunk = Buffer.alloc(mebibyte);
    const bodies: AnswerBody[] = [];
    const fill = () => {
      for (let held = 0; held <= maxHeldBytes; held += 8 * chunk.length) {
        const body = new AnswerBody('application/json', 1, memory);
        bodies.push(body);
        for (let i = 0; i < 8; i++) body.take(chunk);
      }
    };
    expect(fill).toThrow(BadAnswer);
    for (const body of bodies) body.release();
    for (const body of bodies) body.release();
    expect(memory.bytes).toBe(0);
  });
});
