import type { Socket } from 'node:net';
import { monotonicUs } from '../../core/index.ts';
import { type AnswerHead, BadAnswer, type HeadFacts } from './answer-head.ts';
import { AnswerParser, type AnswerSink, type HeadCache } from './answer-parser.ts';

/** Told what becomes of one request; nothing more after `onEnd` or `onError`. */
export interface HttpHandler extends AnswerSink {
  /**
   * @param sent whether the server may have seen the request.
   */
  onError(error: Error, sent: boolean): void;
}

export interface HttpExchange {
  /** Whether the server may have seen the request by now. */
  readonly sent: boolean;
  /** Closes the connection; the handler hears no more of it. */
  abandon(): void;
}

interface Owner {
  idleMaxUs: number;
  onIdle(): void;
  onClose(): void;
}

/** One connection, with one exchange at a time. */
export class HttpSocket implements HttpExchange, AnswerSink {
  readonly #socket: Socket;
  readonly #owner: Owner;
  readonly #heads: HeadCache = { last: undefined };
  #handler: HttpHandler | undefined;
  #parser: AnswerParser | undefined;
  #waiting: { head: string; body: string | null } | undefined;
  #isConnected = false;
  #isReusable = false;
  #idleUntilUs = 0;

  /** @param dial opens the connection, and gives what comes to what it is given. */
  constructor(dial: (take: (chunk: Buffer) => void) => Socket, connectTimeoutMs: number, owner: Owner) {
    const socket = dial((chunk) => this.#onData(chunk));
    this.#socket = socket;
    this.#owner = owner;
    const secured = 'encrypted' in socket ? 'secureConnect' : 'connect';
    const timer = setTimeout(
      () => socket.destroy(connectError(`no connection within ${connectTimeoutMs} ms`)),
      connectTimeoutMs,
    );
    socket.once(secured, () => {
      clearTimeout(timer);
      this.#isConnected = true;
      if (this.#waiting) this.#write(this.#waiting.head, this.#waiting.body);
      this.#waiting = undefined;
    });
    socket.once('end', () => this.#onEof());
    socket.on('error', (error) => this.#fail(error));
    socket.once('close', () => {
      clearTimeout(timer);
      this.#fail(new Error('the connection was closed before the answer was complete'));
      owner.onClose();
    });
  }

  get sent(): boolean {
    return this.#isConnected;
  }

  /** Whether it may carry another request now. */
  isFresh(nowUs: number): boolean {
    return nowUs < this.#idleUntilUs && !this.#socket.destroyed;
  }

  send(head: string, body: string | null, handler: HttpHandler): HttpExchange {
    this.#handler = handler;
    this.#parser = new AnswerParser(this, this.#heads);
    if (this.#isConnected) this.#write(head, body);
    else this.#waiting = { head, body };
    return this;
  }

  abandon(): void {
    this.#handler = undefined;
    this.destroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  onHead(head: AnswerHead, raw: string, facts: HeadFacts): void {
    this.#isReusable = facts.isPersistent;
    const { idleMaxUs } = this.#owner;
    // A second early: it may be on its way while the server closes.
    this.#idleUntilUs = Math.min(idleMaxUs, (facts.idleUs ?? Number.POSITIVE_INFINITY) - 1_000_000);
    this.#handler?.onHead(head, raw, facts);
  }

  onBody(chunk: Buffer): void {
    this.#handler?.onBody(chunk);
  }

  onEnd(): void {
    const handler = this.#handler;
    this.#handler = undefined;
    this.#parser = undefined;
    handler?.onEnd();
  }

  #write(head: string, body: string | null): void {
    const socket = this.#socket;
    if (body === null) {
      socket.write(`${head}\r\n`, 'latin1');
      return;
    }
    const bytes = Buffer.byteLength(body);
    const whole = `${head}content-length: ${bytes}\r\n\r\n`;
    if (bytes === body.length) {
      socket.write(whole + body, 'latin1');
      return;
    }
    socket.cork();
    socket.write(whole, 'latin1');
    socket.write(body, 'utf8');
    socket.uncork();
  }

  #onData(chunk: Buffer): void {
    const parser = this.#parser;
    if (parser === undefined) {
      // Nobody asked: what it means cannot be known, and the next answer must not begin with it.
      this.destroy();
      return;
    }
    try {
      const more = parser.feed(chunk);
      if (parser.isOver) this.#release(more);
    } catch (error) {
      // A handler that throws is a mistake of the harness; it shows as a failed exchange, not as a crash.
      this.#fail(error instanceof Error ? error : new BadAnswer(String(error)));
      this.destroy();
    }
  }

  /** After a complete answer: back to the pool, or closed. */
  #release(hasMore: boolean): void {
    const socket = this.#socket;
    // Answered before it had the whole request: it may not want the rest.
    const isUnread = socket.writableLength > 0;
    if (!this.#isReusable || hasMore || isUnread || socket.destroyed || socket.readableEnded) {
      this.destroy();
      return;
    }
    this.#idleUntilUs += monotonicUs();
    this.#owner.onIdle();
  }

  #onEof(): void {
    this.#isReusable = false;
    this.#idleUntilUs = 0;
    const parser = this.#parser;
    // Complete only if the answer lasts until the connection closes.
    if (parser && !parser.eof())
      this.#fail(new Error('the server closed the connection before the answer was complete'));
    this.destroy();
  }

  #fail(error: Error): void {
    const handler = this.#handler;
    if (handler === undefined) return;
    this.#handler = undefined;
    this.#parser = undefined;
    handler.onError(error, this.#isConnected);
  }
}

function connectError(message: string): Error {
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' });
}
