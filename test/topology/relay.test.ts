import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { eventually } from './fixtures/processes.ts';
import { type RawClient, rawClient, rawUpstream } from './fixtures/raw.ts';
import { testBalancer } from './fixtures/test-balancer.ts';
import { listening, namedUpstream } from './fixtures/upstream.ts';

const request = (path: string, body = '', ...headers: string[]) =>
  `${['POST', path, 'HTTP/1.1'].join(' ')}\r\n${['host: a', `content-length: ${body.length}`, ...headers].join('\r\n')}\r\n\r\n${body}`;
const answer = (body: string) => `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
const statuses = (text: string) =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));

/** What a client hears of an upstream that answers each request with `said`, until the balancer is done with it. */
async function heardOf(
  said: string | ((socket: Socket) => void),
  head = request('/', '', 'connection: close'),
) {
  await using a = await rawUpstream((_request, socket) => {
    if (typeof said === 'string') socket.write(said, 'latin1');
    else said(socket);
  });
  await using proxy = await testBalancer({ r1: a.url });
  using client = await rawClient(proxy.url);
  client.send(head);
  const heard = await client.ended;
  return {
    heard,
    head: heard.slice(0, heard.indexOf('\r\n\r\n')),
    body: heard.split('\r\n\r\n').slice(1).join('\r\n\r\n'),
  };
}

describe("a client's connection", () => {
  test('carries requests sent at once one after the other, also when one of them is not canonical', async () => {
    const seen: string[] = [];
    await using a = await rawUpstream((text, socket) => {
      seen.push(text.split(' ')[1] ?? '');
      socket.write(answer(`of ${seen.at(-1)} `));
    });
    await using proxy = await testBalancer({ r1: a.url });
    using client = await rawClient(proxy.url);
    const chunked =
      'POST /3 HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nA: b\r\n\r\n';
    client.send(request('/1', '{}') + request('/2') + chunked + request('/4', 'x'));
    expect(statuses(await client.heard('of /4'))).toEqual([200, 200, 200, 200]);
    expect(seen).toEqual(['/1', '/2', '/3', '/4']);
    expect(await proxy.routed()).toHaveLength(4);
  });

  test('may bring a request in pieces, divided anywhere, and in few or many', async () => {
    await using a = await namedUpstream('r1');
    await using proxy = await testBalancer({ r1: a.url });
    const text = request('/pieces', 'the whole body');
    using client = await rawClient(proxy.url);
    let count = 0;
    for (const size of [1, 7, 60, text.length - 3, text.length]) {
      for (let at = 0; at < text.length; at += size) {
        const piece = text.slice(at, at + size);
        await new Promise<void>((resolve) => client.socket.write(piece, 'latin1', () => resolve()));
      }
      count += 1;
      const heard = await client.heard('the whole body', count);
      expect(statuses(heard)).toHaveLength(count);
    }
  });

  test('may ask before it sends a body, and send that in chunks with trailers', async () => {
    await using a = await namedUpstream('r1');
    await using proxy = await testBalancer({ r1: a.url });
    using client = await rawClient(proxy.url);
    client.send('POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ntransfer-encoding: chunked\r\n\r\n');
    await client.heard('HTTP/1.1 100 ');
    client.send('3\r\nabc\r\n2\r\nde\r\n0\r\nX: y\r\n\r\n');
    const heard = await client.heard('"body":"abcde"');
    expect(heard).toContain('"content-length":"5"');
    expect(heard).not.toMatch(/"expect"|"transfer-encoding"/);
  });

  test('is closed where the client asks for it, and stays open otherwise', async () => {
    await using a = await namedUpstream('r1');
    await using proxy = await testBalancer({ r1: a.url });
    using closing = await rawClient(proxy.url);
    closing.send(request('/', '', 'Connection: Close'));
    expect(await closing.ended).toMatch(/^Connection: close\r$/m);
    using old = await rawClient(proxy.url);
    old.send('GET / HTTP/1.0\r\n\r\n');
    expect(statuses(await old.ended)).toEqual([200]);
    using staying = await rawClient(proxy.url);
    staying.send(request('/'));
    expect(await staying.heard('"r1"')).toMatch(/^Keep-Alive: timeout=75\r$/m);
    staying.send(request('/'));
    await staying.heard('"r1"', 2);
  });

  test('whose client has ended its side is one whose client has left', async () => {
    const asked = Promise.withResolvers<Socket>();
    await using a = await rawUpstream((_text, socket) => asked.resolve(socket));
    await using proxy = await testBalancer({ r1: a.url });
    using client = await rawClient(proxy.url);
    client.send(request('/'));
    const upstream = await asked.promise;
    const left = once(upstream, 'close');
    client.socket.end();
    await left;
    expect(await proxy.routed()).toMatchObject([{ replica: 'r1', status: null }]);
  });

  test('takes large heads, up to a limit', async () => {
    await using a = await rawUpstream((text, socket) =>
      socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(40_000)}\r\ncontent-length: 5\r\n\r\n${text.length}`),
    );
    await using proxy = await testBalancer({ r1: a.url });
    const large = request('/', '', `x: ${'y'.repeat(40_000)}`);
    using client = await rawClient(proxy.url);
    client.send(large);
    await client.heard(`\r\n\r\n${large.length}`);
    client.send(request('/', '', `odd: \xf6`, `x: ${'y'.repeat(40_000)}`));
    await client.heard('HTTP/1.1 200', 2);
    client.send(request('/', '', `x: ${'y'.repeat(70_000)}`));
    expect(statuses(await client.ended)).toEqual([200, 200, 431]);
  });
});

describe('a request that two readers could understand differently', () => {
  test.each([
    ['length and chunks', 'content-length: 4\r\ntransfer-encoding: chunked'],
    ['two lengths', 'content-length: 4\r\ncontent-length: 5'],
    ['a signed length', 'content-length: +4'],
    ['a space before the colon', 'content-length : 4'],
    ['an unknown coding', 'transfer-encoding: xchunked'],
    ['a bare LF', 'a: b\ncontent-length: 4'],
  ])('is refused: %s', async (_what, headers) => {
    let requests = 0;
    await using a = await rawUpstream((_text, socket) => {
      requests += 1;
      socket.write(answer(''));
    });
    await using proxy = await testBalancer({ r1: a.url });
    using client = await rawClient(proxy.url);
    client.send(`POST / HTTP/1.1\r\nhost: a\r\n${headers}\r\n\r\n0\r\n\r\n`);
    expect(statuses(await client.ended)).toEqual([400]);
    expect(requests).toBe(0);
  });

  test('an upgrade is not passed on', async () => {
    await using a = await namedUpstream('r1');
    await using proxy = await testBalancer({ r1: a.url });
    using client = await rawClient(proxy.url);
    client.send('GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
    const heard = await client.heard('"headers"');
    expect(statuses(heard)).toEqual([200]);
    expect(heard).not.toMatch(/"upgrade"/);
  });
});

describe("an upstream's answer", () => {
  test('passes with its own head; interim answers, trailers and what concerns its connection do not', async () => {
    const said =
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n' +
      'HTTP/1.1 201 Well Done\r\nX-A: \xfc\r\nset-cookie: a\r\nSet-Cookie: b\r\nTrailer: T\r\nKeep-Alive: timeout=9\r\n' +
      'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: late\r\n\r\n';
    const expected =
      'HTTP/1.1 201 Well Done\r\nX-A: \xfc\r\nset-cookie: a\r\nSet-Cookie: b\r\nTransfer-Encoding: chunked\r\n' +
      'Connection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n';
    expect((await heardOf(said)).heard).toBe(expected);
    // And byte by byte, as far as that comes to pass on the way.
    const inBytes = async (socket: Socket) => {
      for (const byte of said)
        await new Promise<void>((resolve) => socket.write(byte, 'latin1', () => resolve()));
    };
    expect((await heardOf(inBytes)).heard).toBe(expected);
  });

  test('that ends with its connection gets chunks, so that its end is seen', async () => {
    const { head, body } = await heardOf((socket) => {
      socket.write('HTTP/1.0 200 OK\r\n\r\nabc', () => socket.end('0123456789abcdef!'));
    });
    expect(head).toContain('Transfer-Encoding: chunked');
    expect(body).toMatch(/^(3\r\nabc\r\n11\r\n0123456789abcdef!|14\r\nabc0123456789abcdef!)\r\n0\r\n\r\n$/);
  });

  test('to HEAD, 204 and 304 has no body, whatever its head says', async () => {
    const length = await heardOf(
      'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n',
      'HEAD / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n',
    );
    expect(length).toMatchObject({ head: expect.stringContaining('content-length: 5'), body: '' });
    for (const status of ['204 No Content', '304 Not Modified']) {
      expect(await heardOf(`HTTP/1.1 ${status}\r\n\r\n`)).toMatchObject({ body: '' });
    }
  });

  test.each([
    ['a bare LF', 'HTTP/1.1 200 OK\ncontent-length: 0\r\n\r\n'],
    [
      'length and chunks',
      'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    ['a folded line', 'HTTP/1.1 200 OK\r\na: b\r\n c\r\ncontent-length: 0\r\n\r\n'],
    ['switching protocols', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n'],
    ['a head without end', `HTTP/1.1 200 OK\r\na: ${'x'.repeat(100_000)}`],
    ['chunks that are none from the start', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nx\r\n'],
  ])('that is not HTTP is a broken connection: %s', async (_what, said) => {
    expect((await heardOf(said)).head).toMatch(
      /^HTTP\/1\.1 502 .*\r\n(?:.*\r\n)*x-windtunnel-balancer: upstream-broken/,
    );
  });

  test('whose chunks go wrong later breaks off', async () => {
    const { heard } = await heardOf((socket) => {
      const begun = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n';
      socket.write(begun, () => setImmediate(() => socket.write('what?\r\n0\r\n\r\n')));
    });
    // In one piece it is refused as a whole.
    expect(heard).not.toMatch(/0\r\n\r\n$/);
  });

  test('may come before the body was read', async () => {
    await using early = await listening(
      createServer((socket) => socket.pause().end('HTTP/1.1 413 Too Much\r\ncontent-length: 2\r\n\r\nno')),
    );
    await using proxy = await testBalancer({ r1: early.url });
    for (const bytes of [10, 3_000_000]) {
      const response = await fetch(proxy.url, { method: 'POST', body: 'x'.repeat(bytes) });
      expect([response.status, await response.text()]).toEqual([413, 'no']);
    }
  });

  test('comes at the pace of its reader, and is not gathered meanwhile', async () => {
    const totalBytes = 100 * 1024 * 1024;
    const piece = Buffer.alloc(1024 * 1024, 'x');
    let written = 0;
    await using a = await rawUpstream((text, socket) => {
      if (text.includes('/quick')) {
        socket.write(answer('quick'));
        return;
      }
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${totalBytes}\r\n\r\n`);
      const go = () => {
        while (written < totalBytes) {
          written += piece.length;
          if (!socket.write(piece)) return;
        }
      };
      socket.on('drain', go);
      go();
    });
    await using proxy = await testBalancer({ r1: a.url });
    using slow = await rawClient(proxy.url);
    slow.send(request('/slow'));
    await slow.heard('x'.repeat(1000));
    slow.socket.pause();
    using quick = await rawClient(proxy.url);
    for (let turn = 0; turn < 200; turn++) await roundTrip(quick, turn);
    // What the sockets of the system hold is far below this.
    expect(written).toBeLessThan(totalBytes / 2);
    slow.socket.resume();
    await eventually('all of it has come', () => slow.socket.bytesRead > totalBytes);
  });
});

async function roundTrip(client: RawClient, turn: number): Promise<void> {
  client.send(request('/quick'));
  await client.heard('quick', turn + 1);
}

describe("an upstream's connection", () => {
  test('that is closed between two requests is replaced', async () => {
    const closed: Promise<unknown>[] = [];
    await using a = await rawUpstream((_text, socket) => {
      closed.push(once(socket, 'close'));
      socket.write(answer('ok'), () => socket.end());
    });
    await using proxy = await testBalancer({ r1: a.url });
    using client = await rawClient(proxy.url);
    for (let turn = 1; turn <= 3; turn++) {
      client.send(request('/'));
      expect(statuses(await client.heard('ok', turn))).not.toContain(502);
      await closed.at(-1);
    }
    expect(a.connections).toHaveLength(3);
  });

  test('that breaks under a second request breaks that one, which is not sent again', async () => {
    let requests = 0;
    await using a = await rawUpstream((_text, socket) => {
      requests += 1;
      if (requests === 1) socket.write(answer('ok'));
      else socket.resetAndDestroy();
    });
    await using proxy = await testBalancer({ r1: a.url });
    using client = await rawClient(proxy.url);
    client.send(request('/'));
    await client.heard('ok');
    client.send(request('/'));
    expect(statuses(await client.heard('upstream-broken'))).toEqual([200, 502]);
    expect([requests, a.connections.length]).toEqual([2, 1]);
  });

  test.each([
    ['with the answer', (socket: Socket) => socket.write(answer('first') + answer('stale'))],
    [
      'behind the answer',
      (socket: Socket) =>
        socket.write(answer('first'), () => setImmediate(() => socket.write(answer('stale')))),
    ],
  ])('that said more than was asked, %s, answers nothing else', async (_when, say) => {
    const closed = Promise.withResolvers<void>();
    await using a = await rawUpstream((_text, socket, turn) => {
      socket.on('close', () => closed.resolve());
      if (turn === 0) say(socket);
      else socket.write(answer('second'));
    });
    await using proxy = await testBalancer({ r1: a.url });
    using client = await rawClient(proxy.url);
    client.send(request('/'));
    await client.heard('first');
    await closed.promise;
    client.send(request('/'));
    expect(await client.heard('second')).not.toContain('stale');
  });

  test('is used for one request at a time', async () => {
    const waiting: Socket[] = [];
    await using a = await rawUpstream((_text, socket) => {
      waiting.push(socket);
      if (waiting.length < 3) return;
      for (const each of waiting.splice(0)) each.write(answer('ok'));
    });
    await using proxy = await testBalancer({ r1: a.url });
    const clients = await Promise.all([1, 2, 3].map(() => rawClient(proxy.url)));
    for (let turn = 1; turn <= 2; turn++) {
      for (const client of clients) client.send(request('/'));
      for (const client of clients) await client.heard('ok', turn);
    }
    for (const client of clients) client[Symbol.dispose]();
    expect(a.connections).toHaveLength(3);
  });
});
