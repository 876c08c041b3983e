import { connect, type Socket } from 'node:net';
import { type AnswerReading, idleMs, readAnswer } from './answer-reading.ts';
import { headCharsMax } from './canonical-request.ts';
import { ChunkedBody } from './chunked-body.ts';
import { limitConnect } from './connect-timeout.ts';

/** Who waits for an answer. All text has a character for each byte. */
export interface AnswerTaker {
  /** @param body what of it came with the head. */
  answerBegan(answer: AnswerReading, body: string, isOver: boolean): void;
  answerGoesOn(body: string, isOver: boolean): void;
  /** @param isRefused no connection came about, so nothing was sent. */
  answerBroke(isRefused: boolean): void;
}

/** What any connection reads is turned into text before another one reads, so that one buffer does for all. */
const arrived = Buffer.allocUnsafeSlow(64 * 1024);

export interface UpstreamAddress {
  readonly host: string;
  readonly port: number;
  readonly connectTimeoutMs: number;
}

/** One connection to an upstream, which carries one exchange at a time. */
export class UpstreamConnection {
  readonly #socket: Socket;
  readonly #onIdle: (connection: UpstreamConnection) => void;
  readonly #onGone: (connection: UpstreamConnection) => void;
  #isConnected = false;
  #idleMs = idleMs;
  #taker: AnswerTaker | undefined;
  #method = '';
  /** A head that is not whole. */
  #held = '';
  #answer: AnswerReading | undefined;
  #leftBytes = 0;
  /** More came than the answer. */
  #isSpoilt = false;
  #chunks: ChunkedBody | undefined;

  constructor(
    { host, port, connectTimeoutMs }: UpstreamAddress,
    onIdle: (connection: UpstreamConnection) => void,
    onGone: (connection: UpstreamConnection) => void,
  ) {
    this.#onIdle = onIdle;
    this.#onGone = onGone;
    const onread = {
      buffer: arrived,
      callback: (bytes: number) => {
        this.#received(arrived.toString('latin1', 0, bytes));
        return true;
      },
    };
    const socket = connect({ host, port, noDelay: true, onread });
    this.#socket = socket;
    limitConnect(socket, connectTimeoutMs);
    socket.on('connect', () => {
      this.#isConnected = true;
      socket.setTimeout(idleMs);
    });
    socket.on('timeout', () => {
      // Between a request and its answer may be as much time as the upstream takes.
      if (this.#taker === undefined) this.#broke();
    });
    socket.on('end', () => this.#ended());
    // `close` follows, and says all there is to know.
    socket.on('error', () => {});
    socket.on('close', () => this.#broke());
  }

  /** Sends a request; `taker` hears of its answer until that is over, has broken, or `abandon`. */
  send(method: string, text: string, taker: AnswerTaker): void {
    this.#method = method;
    this.#taker = taker;
    this.#socket.write(text, 'latin1');
  }

  /** Nobody waits for the answer any more, which the upstream learns. */
  abandon(): void {
    this.#taker = undefined;
    this.close();
  }

  close(): void {
    this.#socket.destroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  #received(text: string): void {
    const taker = this.#taker;
    if (taker === undefined) {
      // Nobody has asked for anything.
      this.#broke();
      return;
    }
    if (this.#answer !== undefined) {
      const body = this.#follow(text);
      if (body === undefined) this.#broke();
      else taker.answerGoesOn(body, this.#release());
      return;
    }
    const begun = this.#readHead(this.#held + text);
    if (begun === undefined) return;
    const body = this.#follow(begun);
    if (body === undefined || this.#answer === undefined) this.#broke();
    else taker.answerBegan(this.#answer, body, this.#release());
  }

  /** @returns what follows the head; undefined if that is not whole yet, or none. */
  #readHead(text: string): string | undefined {
    const headEnd = text.indexOf('\r\n\r\n');
    this.#held = text;
    if (headEnd === -1) {
      if (text.length > headCharsMax) this.#broke();
      return undefined;
    }
    const answer = headEnd > headCharsMax ? undefined : readAnswer(text, headEnd, this.#method);
    // Nobody has asked for an upgrade.
    if (answer === undefined || answer.status === 101) {
      this.#broke();
      return undefined;
    }
    const rest = text.slice(answer.chars);
    // Interim answers concern a body that is being sent; ours is sent already.
    if (answer.status < 200) return this.#readHead(rest);
    this.#held = '';
    this.#answer = answer;
    this.#leftBytes = answer.bodyBytes;
    this.#chunks = answer.framing === 'chunked' ? new ChunkedBody() : undefined;
    return rest;
  }

  /** @returns what of it belongs to the answer's body; undefined if it cannot be. */
  #follow(text: string): string | undefined {
    const answer = this.#answer;
    if (this.#chunks !== undefined) {
      const body = this.#chunks.follow(text);
      if (this.#chunks.isBroken) return undefined;
      this.#isSpoilt = this.#chunks.surplusChars > 0;
      return body;
    }
    if (answer?.framing === 'until-close') return text;
    const body = text.length > this.#leftBytes ? text.slice(0, this.#leftBytes) : text;
    this.#leftBytes -= body.length;
    this.#isSpoilt = body !== text;
    return body;
  }

  /** @returns whether the answer is over; if so, the connection waits for the next request or is gone. */
  #release(): boolean {
    const answer = this.#answer;
    if (answer === undefined || answer.framing === 'until-close') return false;
    if (!(this.#chunks?.isOver ?? this.#leftBytes === 0)) return false;
    // What it says unasked would be taken for the next answer; what it has not read, for the next request.
    const isSpoilt = this.#isSpoilt || this.#socket.writableLength > 0;
    this.#answer = undefined;
    this.#taker = undefined;
    if (isSpoilt || answer.reusableMs === 0) {
      this.close();
      return true;
    }
    if (answer.reusableMs !== this.#idleMs) {
      this.#idleMs = answer.reusableMs;
      this.#socket.setTimeout(this.#idleMs);
    }
    this.#onIdle(this);
    return true;
  }

  #ended(): void {
    const taker = this.#taker;
    if (this.#answer?.framing === 'until-close') {
      this.#taker = undefined;
      taker?.answerGoesOn('', true);
    }
    this.#broke();
  }

  #broke(): void {
    const taker = this.#taker;
    this.#taker = undefined;
    this.#socket.destroy();
    this.#onGone(this);
    taker?.answerBroke(!this.#isConnected);
  }
}

/** The connections to one upstream. As many are kept as a burst has opened; they are gone after `idleMs`. */
export class UpstreamConnections {
  readonly #address: UpstreamAddress;
  /** The one used last is the first to be used again, so that those in excess grow old. */
  readonly #idle: UpstreamConnection[] = [];
  #isRetired = false;

  constructor(address: UpstreamAddress) {
    this.#address = address;
  }

  take(): UpstreamConnection {
    return (
      this.#idle.pop() ??
      new UpstreamConnection(
        this.#address,
        (connection) => {
          if (this.#isRetired) connection.close();
          else this.#idle.push(connection);
        },
        (connection) => {
          const index = this.#idle.indexOf(connection);
          if (index !== -1) this.#idle.splice(index, 1);
        },
      )
    );
  }

  /** No new request will come: idle connections go now, the others when their answer has ended. */
  retire(): void {
    this.#isRetired = true;
    for (const connection of this.#idle.splice(0)) connection.close();
  }
}
