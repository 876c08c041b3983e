import { type AnswerHead, type HttpPool, httpPool } from '../../src/client/http/index.ts';
import type { HttpExchange } from '../../src/client/http/socket.ts';

/** What became of one request. */
export type Outcome =
  | { status: number; headers: AnswerHead['headers']; body: string }
  | { error: Error; sent: boolean };

export interface Asked {
  exchange: HttpExchange;
  done: Promise<Outcome>;
  /** Resolves with the answer's head, or the first of its body. */
  head: Promise<AnswerHead>;
  firstBody: Promise<void>;
}

/** One POST over a pool. Told twice, or told after its end, it throws: within the socket, which fails the next. */
export function ask(pool: HttpPool, body = '', headers = ''): Asked {
  const head = Promise.withResolvers<AnswerHead>();
  const firstBody = Promise.withResolvers<void>();
  const done = Promise.withResolvers<Outcome>();
  const chunks: Buffer[] = [];
  let got: AnswerHead | undefined;
  let isOver = false;
  const over = (outcome: Outcome) => {
    if (isOver) throw new Error('the exchange has ended twice');
    isOver = true;
    done.resolve(outcome);
  };
  const exchange = pool.send(`POST /mcp HTTP/1.1\r\nhost: x\r\n${headers}`, body, {
    onHead(one) {
      if (isOver || got) throw new Error('a second head');
      got = one;
      head.resolve(one);
    },
    onBody(chunk) {
      if (isOver || !got) throw new Error('a body without a head');
      chunks.push(Buffer.from(chunk));
      firstBody.resolve();
    },
    onEnd() {
      over({
        status: got?.status ?? 0,
        headers: got?.headers ?? [],
        body: Buffer.concat(chunks).toString('latin1'),
      });
    },
    onError: (error, sent) => over({ error, sent }),
  });
  return { exchange, done: done.promise, head: head.promise, firstBody: firstBody.promise };
}

/** A pool that goes with the test. */
export function disposablePool(origin: URL, connectTimeoutMs = 10_000): HttpPool & Disposable {
  const pool = httpPool(origin, connectTimeoutMs);
  return Object.defineProperty(pool, Symbol.dispose, { value: () => pool.destroy() }) as HttpPool &
    Disposable;
}

/** A whole answer. */
export const answerOf = (body: string, headers = ''): string =>
  `HTTP/1.1 200 OK\r\ncontent-length: ${Buffer.byteLength(body, 'latin1')}\r\n${headers}\r\n${body}`;
