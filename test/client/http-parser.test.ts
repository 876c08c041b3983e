import { describe, expect, it } from 'vitest';
import { type AnswerHead, BadAnswer } from '../../src/client/http/answer-head.ts';
import { AnswerParser } from '../../src/client/http/answer-parser.ts';
import { type Prng, seededPrng } from '../../src/core/index.ts';

interface Parsed {
  status?: number;
  headers?: AnswerHead['headers'];
  body: string;
  /** `over`; `open` if more is needed, `more` if there were bytes behind the end. */
  end: 'over' | 'more' | 'open';
}

/** @param eof whether the server closes the connection behind the last piece. */
function parse(pieces: readonly Buffer[], eof = false): Parsed {
  const parsed: Parsed = { body: '', end: 'open' };
  let ends = 0;
  const parser = new AnswerParser({
    onHead(head) {
      expect(parsed.status).toBeUndefined();
      parsed.status = head.status;
      parsed.headers = head.headers;
    },
    onBody(chunk) {
      expect(chunk.length).toBeGreaterThan(0);
      parsed.body += chunk.toString('latin1');
    },
    onEnd() {
      ends += 1;
    },
  });
  let hasMore = false;
  for (const piece of pieces) {
    if (parser.isOver) hasMore = true;
    else hasMore = parser.feed(piece);
  }
  if (eof) parser.eof();
  expect(ends).toBe(parser.isOver ? 1 : 0);
  if (parser.isOver) parsed.end = hasMore ? 'more' : 'over';
  return parsed;
}

function randomPieces(bytes: Buffer, prng: Prng): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + prng.below(prng.below(2) === 0 ? 4 : bytes.length);
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}
const singleBytes = (bytes: Buffer) => Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
/** The same bytes, cut in many ways; byte by byte among them. */
function* cuts(text: string, seed: number): Generator<Buffer[]> {
  const bytes = Buffer.from(text, 'latin1');
  yield [bytes];
  yield singleBytes(bytes);
  const prng = seededPrng(seed);
  for (let i = 0; i < 40; i++) yield randomPieces(bytes, prng);
}

const ok = 'HTTP/1.1 200 OK\r\n';
const wellFormed: Record<string, [text: string, expected: Partial<Parsed>]> = {
  'a length': [`${ok}content-length: 5\r\n\r\nhello`, { status: 200, body: 'hello', end: 'over' }],
  'a length of nothing': [`${ok}content-length: 0\r\n\r\n`, { body: '', end: 'over' }],
  'the same length twice': [
    `${ok}content-length: 2\r\nContent-Length: 2\r\n\r\nhi`,
    { body: 'hi', end: 'over' },
  ],
  chunks: [
    `${ok}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n00A\r\n0123456789\r\n0\r\n\r\n`,
    { body: 'abc0123456789', end: 'over' },
  ],
  'chunks with extensions and trailers': [
    `${ok}Transfer-Encoding: Chunked\r\n\r\n2;a="b c"\r\nhi\r\n000\r\nx: y\r\nz: \r\n\r\n`,
    { body: 'hi', end: 'over' },
  ],
  'a body until the end of the connection, so far': [`${ok}\r\nabc`, { body: 'abc', end: 'open' }],
  'no body, by its status': [
    'HTTP/1.1 204 No Content\r\nx: y\r\n\r\n',
    { status: 204, body: '', end: 'over' },
  ],
  'no body, whatever its length says': [
    'HTTP/1.1 304 Not Modified\r\ncontent-length: 10\r\n\r\n',
    { status: 304, body: '', end: 'over' },
  ],
  'no reason, HTTP/1.0': [
    'HTTP/1.0 500\r\ncontent-length: 1\r\n\r\n!',
    { status: 500, body: '!', end: 'over' },
  ],
  'interim answers before it': [
    `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n${ok}content-length: 1\r\n\r\nx`,
    { status: 200, body: 'x', end: 'over' },
  ],
  'odd but allowed headers': [
    `${ok}Empty:\r\nTabs:\t a\tb \t\r\nX-Twice: 1\r\nx-twice: 2\r\nUmlaut: \xfc\r\n!#$%&'*+-.^_\`|~: t\r\ncontent-length: 0\r\n\r\n`,
    {
      end: 'over',
      headers: [
        ['empty', ''],
        ['tabs', 'a\tb'],
        ['x-twice', '1'],
        ['x-twice', '2'],
        ['umlaut', '\xfc'],
        ["!#$%&'*+-.^_`|~", 't'],
        ['content-length', '0'],
      ],
    },
  ],
  'more behind it': [`${ok}content-length: 1\r\n\r\nxHTTP/1.1 200 OK\r\n\r\n`, { body: 'x', end: 'more' }],
  'more behind chunks': [
    `${ok}transfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\nmore`,
    { body: 'x', end: 'more' },
  ],
};

describe('an answer', () => {
  it.each(Object.entries(wellFormed))('with %s is the same however it is cut', (_name, [text, expected]) => {
    let seed = 0;
    for (const pieces of cuts(text, seed++)) expect(parse(pieces)).toMatchObject(expected);
  });

  it('that lasts until the connection closes is complete then; no other is', () => {
    expect(parse([Buffer.from(`${ok}\r\nabc`)], true)).toMatchObject({ body: 'abc', end: 'over' });
    for (const [text] of Object.values(wellFormed)) {
      if (!text.includes('length') && !text.includes('hunked')) continue;
      const until = text.indexOf('\r\n\r\n') + 3;
      expect(parse([Buffer.from(text.slice(0, until), 'latin1')], true).end).toBe('open');
    }
    expect(parse([Buffer.from(`${ok}content-length: 3\r\n\r\nab`)], true).end).toBe('open');
    expect(parse([Buffer.from(`${ok}transfer-encoding: chunked\r\n\r\n0\r\n`)], true).end).toBe('open');
  });
});

const long = 64 * 1024;
const refused: Record<string, string> = {
  'another protocol': '220 smtp.example ESMTP\r\n\r\n',
  'nothing but noise': '\x00\x01\x02\x03\x04\x05',
  'HTTP/2': 'HTTP/2 200\r\n\r\n',
  'HTTP/1.2': 'HTTP/1.2 200 OK\r\n\r\n',
  'a status of two digits': 'HTTP/1.1 20 OK\r\n\r\n',
  'a status of four digits': 'HTTP/1.1 2000 OK\r\n\r\n',
  'a status below 100': 'HTTP/1.1 099 No\r\n\r\n',
  'no space behind the status': 'HTTP/1.1 200OK\r\n\r\n',
  'bare line feeds': 'HTTP/1.1 200 OK\ncontent-length: 1\n\nx',
  'one bare line feed': 'HTTP/1.1 200 OK\r\na: b\nc: d\r\n\r\n',
  'a bare carriage return': `${ok}a: b\rc: d\r\n\r\n`,
  'a zero byte in a header': `${ok}mcp-session-id: a\0b\r\n\r\n`,
  'a control character in a header': `${ok}mcp-session-id: a\x1bb\r\n\r\n`,
  'DEL in a header': `${ok}mcp-session-id: a\x7f\r\n\r\n`,
  'a header without a colon': `${ok}hello\r\n\r\n`,
  'a header without a name': `${ok}: hello\r\n\r\n`,
  'a space before the colon': `${ok}content-length : 1\r\n\r\nx`,
  'a folded header': `${ok}a: b\r\n c\r\n\r\n`,
  'two lengths': `${ok}content-length: 1\r\ncontent-length: 2\r\n\r\nxx`,
  'a list of lengths': `${ok}content-length: 1, 1\r\n\r\nx`,
  'a negative length': `${ok}content-length: -1\r\n\r\n`,
  'a length with a sign': `${ok}content-length: +1\r\n\r\nx`,
  'a hexadecimal length': `${ok}content-length: 0x1\r\n\r\nx`,
  'a length beyond all numbers': `${ok}content-length: ${'9'.repeat(40)}\r\n\r\n`,
  'length and chunks': `${ok}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n`,
  'an unknown coding': `${ok}transfer-encoding: gzip\r\n\r\n`,
  'chunks within another coding': `${ok}transfer-encoding: gzip, chunked\r\n\r\n`,
  'two codings in two headers': `${ok}transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n`,
  'a bad chunk size': `${ok}transfer-encoding: chunked\r\n\r\nxyz\r\n`,
  'a negative chunk size': `${ok}transfer-encoding: chunked\r\n\r\n-1\r\n`,
  'no chunk size': `${ok}transfer-encoding: chunked\r\n\r\n\r\n`,
  'a chunk size beyond all numbers': `${ok}transfer-encoding: chunked\r\n\r\n${'f'.repeat(17)}\r\n`,
  'a chunk longer than its size': `${ok}transfer-encoding: chunked\r\n\r\n1\r\nxy\r\n`,
  'another protocol, unasked': 'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n',
  'a head that never ends': `${ok}${'x: y\r\n'.repeat(long / 6)}`,
  'a header line that never ends': `${ok}x: ${'y'.repeat(long)}`,
  'a head that is too long': `${ok}x: ${'y'.repeat(long)}\r\n\r\n`,
  'a size line that never ends': `${ok}transfer-encoding: chunked\r\n\r\n1;${'x'.repeat(5000)}`,
  'trailers that never end': `${ok}transfer-encoding: chunked\r\n\r\n0\r\n${'x: y\r\n'.repeat(long / 5)}`,
  'interim answers that never end': 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(3000),
};

describe('no answer', () => {
  it.each(Object.entries(refused))('is %s, however it is cut', (_name, text) => {
    const isLong = text.length > 1000;
    let seed = 0;
    for (const pieces of isLong ? [[Buffer.from(text, 'latin1')]] : cuts(text, seed++)) {
      expect(() => parse(pieces)).toThrow(BadAnswer);
    }
    if (isLong) {
      const bytes = Buffer.from(text, 'latin1');
      const pieces = Array.from({ length: Math.ceil(bytes.length / 1000) }, (_, i) =>
        bytes.subarray(i * 1000, i * 1000 + 1000),
      );
      expect(() => parse(pieces)).toThrow(BadAnswer);
    }
  });

  it('is what a seed draws, and nothing but BadAnswer comes of it', () => {
    const prng = seededPrng(11);
    const texts = [...Object.values(wellFormed).map(([text]) => text), ...Object.values(refused)];
    const counts = { read: 0, refused: 0 };
    for (let i = 0; i < 3000; i++) {
      const bytes = Buffer.from((texts[prng.below(texts.length)] ?? '').slice(0, 400), 'latin1');
      for (let n = prng.below(4); n >= 0; n--) bytes[prng.below(bytes.length)] = prng.below(256);
      try {
        const whole = parse([bytes]);
        expect(parse(randomPieces(bytes, prng))).toEqual(whole);
        counts.read += 1;
      } catch (error) {
        expect(error).toBeInstanceOf(BadAnswer);
        counts.refused += 1;
      }
    }
    expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(100);
  });
});
