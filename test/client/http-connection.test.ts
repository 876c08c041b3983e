import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { seededPrng } from '../../src/core/index.ts';
import { until } from '../support/cli.ts';
import { rawServer } from '../support/raw-server.ts';
import { answerOf, ask, disposablePool, type Outcome } from './http-ask.ts';

const bodyOf = (outcome: Outcome) => ('body' in outcome ? outcome.body : outcome.error.message);
const gone = (pool: { size: number }) =>
  until(
    () => pool.size === 0,
    () => `${pool.size} connections left`,
  );

describe('a connection', () => {
  it('is used again, one exchange at a time, and there are as many as exchanges at once', async () => {
    await using server = await rawServer(({ socket, body }) => socket.write(answerOf(body)));
    using pool = disposablePool(server.origin);
    for (const text of ['a', 'b', 'c']) expect(bodyOf(await ask(pool, text).done)).toBe(text);
    expect(server.connections).toBe(1);
    await Promise.all(
      ['d', 'e', 'f'].map(async (text) => expect(bodyOf(await ask(pool, text).done)).toBe(text)),
    );
    expect(server.connections).toBe(3);
    expect(pool.size).toBe(3);
  });

  it.each([
    ['says so', answerOf('x', 'connection: close\r\n')],
    ['says so in a list', answerOf('x', 'Connection: x-y, Close\r\n')],
    ['says so in a second header', answerOf('x', 'connection: keep-alive\r\nconnection: close\r\n')],
    ['speaks HTTP/1.0', answerOf('x').replace('1.1', '1.0')],
    ['will not keep it for a second', answerOf('x', 'keep-alive: timeout=1\r\n')],
    ['will not keep it at all', answerOf('x', 'keep-alive: timeout=0, max=1\r\n')],
    ['says more than was asked for', `${answerOf('x')}HTTP/1.1 200 OK\r\n`],
  ])('is not used again when the server %s', async (_name, answer) => {
    await using server = await rawServer(({ socket }) => socket.write(answer));
    using pool = disposablePool(server.origin);
    for (let i = 0; i < 3; i++) expect(bodyOf(await ask(pool).done)).toBe('x');
    expect(server.connections).toBe(3);
  });

  it.each([
    ['HTTP/1.0 that is to be kept', answerOf('x', 'connection: Keep-Alive\r\n').replace('1.1', '1.0')],
    ['a time that it is kept for', answerOf('x', 'keep-alive: timeout=60\r\n')],
  ])('is used again after %s', async (_name, answer) => {
    await using server = await rawServer(({ socket }) => socket.write(answer));
    using pool = disposablePool(server.origin);
    for (let i = 0; i < 3; i++) await ask(pool).done;
    expect(server.connections).toBe(1);
  });

  it.each([
    ['says something', (socket: Socket) => socket.write(answerOf('unasked'))],
    ['closes its end', (socket: Socket) => socket.end()],
    ['resets it', (socket: Socket) => socket.resetAndDestroy()],
  ])('that is idle is closed when the server %s', async (_name, act) => {
    let idle: Socket | undefined;
    await using server = await rawServer(({ socket, body }) => {
      idle = socket;
      socket.write(answerOf(body));
    });
    using pool = disposablePool(server.origin);
    expect(bodyOf(await ask(pool, 'a').done)).toBe('a');
    if (idle) act(idle);
    await gone(pool);
    expect(bodyOf(await ask(pool, 'b').done)).toBe('b');
    expect(server.connections).toBe(2);
  });

  // An answer nobody asked for that comes when the next request is out is that one's answer, as far as HTTP goes; its
  // JSON-RPC id tells.
  it('never crosses answers, whatever servers do and however many there are', async () => {
    const prng = seededPrng(5);
    await using server = await rawServer(({ socket, body }) => {
      const answer = answerOf(body);
      const half = prng.below(answer.length);
      const later = (act: () => void) => setTimeout(act, prng.below(8));
      const ways = [
        () => socket.write(answer),
        () => later(() => socket.write(answer)),
        () => {
          socket.write(answer.slice(0, half));
          later(() => socket.write(answer.slice(half)));
        },
        () => socket.write(`${answer}${answerOf('smuggled')}`),
        () => socket.end(answer),
        () => socket.end(answer.slice(0, half)),
        () => socket.destroy(),
        () => socket.write(answerOf(body, 'connection: close\r\n')),
        () =>
          socket.write(
            `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
          ),
      ];
      ways[prng.below(ways.length)]?.();
    });
    using pool = disposablePool(server.origin);
    let answered = 0;
    let broken = 0;
    const client = async (name: string) => {
      for (let i = 0; i < 60; i++) {
        const text = `${name}-${i}`;
        const { done, exchange, head } = ask(pool, text);
        if (i % 10 === 9) {
          // Given up: the next must not get its answer.
          await Promise.race([head, done]);
          exchange.abandon();
          continue;
        }
        const outcome = await done;
        if ('body' in outcome) {
          expect(outcome.body).toBe(text);
          answered += 1;
        } else {
          expect(outcome.sent).toBe(true);
          broken += 1;
        }
      }
    };
    await Promise.all(Array.from({ length: 20 }, (_, i) => client(`c${i}`)));
    expect(Math.min(answered, broken)).toBeGreaterThan(50);
    pool.destroy();
    await gone(pool);
    await until(
      () => server.open === 0,
      () => `${server.open} connections left at the server`,
    );
  });

  it('that was answered before the request was all sent is not used again', async () => {
    await using server = await rawServer(
      () => {},
      (socket) => {
        // As soon as anything comes, and nothing more is read.
        socket.once('data', () => {
          socket.pause();
          socket.write(answerOf('early'));
        });
      },
    );
    using pool = disposablePool(server.origin);
    expect(bodyOf(await ask(pool, 'x'.repeat(32 * 2 ** 20)).done)).toBe('early');
    expect(bodyOf(await ask(pool, 'y').done)).toBe('early');
    expect(server.connections).toBe(2);
  });
});

describe('a request given up, or broken,', () => {
  const begun = 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n';
  /** What the server says before it falls silent, and what the client waits for before it gives up. */
  const phases = {
    sent: { says: '', reached: () => Promise.resolve() },
    'within the head': { says: 'HTTP/1.1 200 O', reached: () => Promise.resolve() },
    'behind the head': { says: begun, reached: (asked: ReturnType<typeof ask>) => asked.head.then(() => {}) },
    'within the body': { says: `${begun}hello`, reached: (asked: ReturnType<typeof ask>) => asked.firstBody },
    'within chunks': {
      says: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n',
      reached: (asked: ReturnType<typeof ask>) => asked.firstBody,
    },
  };

  it.each(Object.entries(phases))(
    '%s: the connection goes, and nobody is told',
    async (_name, { says, reached }) => {
      const arrived = Promise.withResolvers<void>();
      await using server = await rawServer(({ socket }) => {
        socket.write(says);
        arrived.resolve();
      });
      using pool = disposablePool(server.origin);
      const asked = ask(pool, 'x');
      let told = false;
      void asked.done.then(() => {
        told = true;
      });
      await arrived.promise;
      await reached(asked);
      expect(asked.exchange.sent).toBe(true);
      asked.exchange.abandon();
      await gone(pool);
      await until(
        () => server.open === 0,
        () => 'the server still has it',
      );
      expect(told).toBe(false);
    },
  );

  it.each(Object.entries(phases))(
    '%s, by the server: it was sent, and is told once',
    async (_name, { says }) => {
      for (const end of ['end', 'resetAndDestroy'] as const) {
        await using server = await rawServer(({ socket }) => {
          socket.write(says, () => socket[end]());
        });
        using pool = disposablePool(server.origin);
        expect(await ask(pool, 'x').done).toMatchObject({ sent: true, error: expect.any(Error) });
        await gone(pool);
      }
    },
  );

  it('before there is a connection was not sent', async () => {
    // A server that has gone: its port refuses.
    const server = await rawServer(() => {});
    await server[Symbol.asyncDispose]();
    using pool = disposablePool(server.origin);
    const asked = ask(pool, 'x');
    expect(asked.exchange.sent).toBe(false);
    expect(await asked.done).toMatchObject({ sent: false, error: { code: 'ECONNREFUSED' } });
    await gone(pool);
  });

  it('while it connects was not sent; nor is one that finds no connection in time', async () => {
    // TEST-NET-1 (RFC 5737): nobody is there. A machine without any route refuses at once, unsent as well.
    const nowhere = new URL('http://192.0.2.1:9/mcp');
    using pool = disposablePool(nowhere, 50);
    const asked = ask(pool, 'x');
    expect(asked.exchange.sent).toBe(false);
    asked.exchange.abandon();
    await gone(pool);
    expect(await ask(pool, 'x').done).toMatchObject({ sent: false });
    await gone(pool);
  });

  it('is told when the pool is destroyed, and leaves nothing open', async () => {
    await using server = await rawServer(() => {});
    using pool = disposablePool(server.origin);
    const asked = Array.from({ length: 5 }, () => ask(pool, 'x'));
    await until(
      () => server.open === 5,
      () => `${server.open} of 5 have come`,
    );
    pool.destroy();
    for (const { done } of asked) expect(await done).toMatchObject({ error: expect.any(Error) });
    await gone(pool);
  });
});
