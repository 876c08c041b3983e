import { Client } from 'undici';
import { describe, expect, it } from 'vitest';
import { type Prng, seededPrng } from '../../src/core/index.ts';
import { rawServer } from '../support/raw-server.ts';
import { ask, disposablePool } from './http-ask.ts';

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789-_';
const draw = (prng: Prng, from: string, most: number) =>
  Array.from({ length: prng.below(most + 1) }, () => from[prng.below(from.length)]).join('');

function body(prng: Prng): Buffer {
  const bytes = Buffer.alloc([0, 1, 7, 500, 70_000][prng.below(5)] ?? 0);
  for (let i = 0; i < bytes.length; i++) bytes[i] = prng.below(256);
  return bytes;
}

function chunked(bytes: Buffer, prng: Prng): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const piece = bytes.subarray(at, at + 1 + prng.below(bytes.length));
    const zeros = '0'.repeat(prng.below(3));
    const extension = prng.below(4) === 0 ? ';a=b;c="d e"' : '';
    const size = prng.below(2) ? piece.length.toString(16) : piece.length.toString(16).toUpperCase();
    parts.push(Buffer.from(`${zeros}${size}${extension}\r\n`), piece, Buffer.from('\r\n'));
    at += piece.length;
  }
  const trailers = prng.below(4) === 0 ? 'x-trailer: 1\r\n' : '';
  return Buffer.concat([...parts, Buffer.from(`0\r\n${trailers}\r\n`)]);
}

/** A well-formed answer, drawn at random. @returns it, and whether the connection is closed behind it. */
function answer(prng: Prng): { bytes: Buffer; close: boolean } {
  const status = [200, 200, 200, 201, 202, 204, 304, 307, 400, 404, 500, 503][prng.below(12)] ?? 200;
  const interim = prng.below(6) === 0 ? 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n' : '';
  const reason = prng.below(5) === 0 ? '' : draw(prng, `${letters} `, 20);
  const headers = Array.from({ length: prng.below(30) }, () => {
    const name = `X-${draw(prng, letters, 20)}`;
    const space = ['', ' ', '\t', '  '][prng.below(4)];
    return `${name}:${space}${draw(prng, `${letters} ;,="<>\xe9`, 60).trim()}${prng.below(5) === 0 ? ' ' : ''}\r\n`;
  }).join('');
  const head = `${interim}HTTP/1.1 ${status} ${reason}\r\n${headers}`;
  if (status === 204 || status === 304) return { bytes: Buffer.from(`${head}\r\n`, 'latin1'), close: false };
  const content = body(prng);
  const framing = prng.below(3);
  const last = [`content-length: ${content.length}`, 'Transfer-Encoding: chunked', 'x-last: 1'][framing];
  const close = framing === 2 || prng.below(8) === 0;
  const closing = close && prng.below(2) === 0 ? 'Connection: close\r\n' : '';
  return {
    bytes: Buffer.concat([
      Buffer.from(`${head}${closing}${last}\r\n\r\n`, 'latin1'),
      framing === 1 ? chunked(content, prng) : content,
    ]),
    close,
  };
}

describe('beside undici', () => {
  it('status, headers and body of 300 answers drawn at random are the same', async () => {
    const prng = seededPrng(3);
    const answers = Array.from({ length: 300 }, () => answer(prng));
    await using server = await rawServer(({ socket, head }) => {
      const { bytes, close } = answers[Number(/^x-number: (\d+)/im.exec(head)?.[1])] ?? {
        bytes: '',
        close: true,
      };
      const cut = prng.below(bytes.length);
      socket.write(bytes.slice(0, cut));
      setImmediate(() => (close ? socket.end(bytes.slice(cut)) : socket.write(bytes.slice(cut))));
    });
    using pool = disposablePool(server.origin);
    const undici = new Client(server.origin.origin);
    for (const number of answers.keys()) {
      const mine = await ask(pool, 'x', `x-number: ${number}\r\n`).done;
      const theirs = await undici.request({
        path: '/mcp',
        method: 'POST',
        headers: { 'x-number': String(number) },
        body: 'x',
        responseHeaders: 'raw',
      });
      const raw = theirs.headers as unknown as string[];
      // White space behind a value is no part of it (RFC 9112, section 5.1); undici leaves it there.
      const headers = Array.from({ length: raw.length / 2 }, (_, i) => [
        raw[2 * i]?.toLowerCase(),
        raw[2 * i + 1]?.trim(),
      ]);
      const theirBody = Buffer.from(await theirs.body.arrayBuffer()).toString('latin1');
      expect({ number, ...mine }).toEqual({ number, status: theirs.statusCode, headers, body: theirBody });
    }
    await undici.destroy();
  });
});
