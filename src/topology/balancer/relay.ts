import type { Socket } from 'node:net';
import type { AnswerReading } from './answer-reading.ts';
import type { CanonicalRequest } from './canonical-request.ts';
import { chunkData } from './chunk-data.ts';
import { type OwnAnswer, ownAnswerText } from './own-answers.ts';
import { Passage, type PassageDeps } from './passage.ts';
import type { BodyReader } from './routing-policy.ts';
import type { AnswerTaker, UpstreamConnection } from './upstream-connection.ts';

/** Idle time granted to clients, as nginx does; they learn it from `Keep-Alive`. */
export const clientIdleMs = 75_000;

const keepLines = `Connection: keep-alive\r\nKeep-Alive: timeout=${clientIdleMs / 1000}\r\n`;
const closeLine = 'Connection: close\r\n';
const chunkedLine = 'Transfer-Encoding: chunked\r\n';

/** One canonical request and its answer, which passes as it comes. */
export class Relay implements AnswerTaker {
  readonly #client: Socket;
  readonly #request: CanonicalRequest;
  readonly #passage: Passage;
  readonly #onOver: () => void;
  #connection: UpstreamConnection | undefined;
  /** As sent to the client. */
  #status: number | null = null;
  /** Its length is unknown and the client must learn its end without the connection's. */
  #isInChunks = false;
  /** Sees the body before it goes on. */
  #reader: BodyReader | undefined;

  constructor(deps: PassageDeps, client: Socket, request: CanonicalRequest, onOver: () => void) {
    this.#client = client;
    this.#request = request;
    this.#onOver = onOver;
    this.#passage = new Passage(deps, request);
  }

  begin(): void {
    this.#passage.holds(this.#request.bodyBytes);
    const excess = this.#passage.excess();
    if (excess === undefined) this.#try();
    else this.#answer(excess);
  }

  answerBegan(answer: AnswerReading, body: string, isOver: boolean): void {
    const { status, sessionId, framing, head } = answer;
    this.#status = status;
    if (isOver) this.#connection = undefined;
    const reader = this.#passage.answered(status, sessionId);
    this.#reader = reader !== undefined && framing === 'chunked' ? chunkData(reader) : reader;
    this.#read(body);
    this.#isInChunks = framing === 'until-close';
    const chunked = framing === 'chunked' || this.#isInChunks ? chunkedLine : '';
    this.#pass(
      `${head}${chunked}${this.#request.isLast ? closeLine : keepLines}\r\n${this.#isInChunks ? inChunk(body) : body}`,
    );
    if (isOver) this.#over();
  }

  answerGoesOn(body: string, isOver: boolean): void {
    // It may be answering another request by now.
    if (isOver) this.#connection = undefined;
    this.#read(body);
    const text = this.#isInChunks ? inChunk(body) : body;
    this.#pass(isOver && this.#isInChunks ? `${text}0\r\n\r\n` : text);
    if (isOver) this.#over();
  }

  answerBroke(isRefused: boolean): void {
    this.#connection = undefined;
    if (this.#status !== null) {
      // Part of the answer is out; all that is left is to let the client see that it is not whole.
      this.#passage.error = 'broken-mid-stream';
      this.#client.destroy();
      this.#over();
    } else if (isRefused) {
      this.#passage.refused();
      this.#try();
    } else {
      this.#answer('upstream-broken');
    }
  }

  /** What was passed on to the client has left. */
  drained(): void {
    this.#connection?.resume();
  }

  clientGone(): void {
    this.#connection?.abandon();
    this.#over();
  }

  #try(): void {
    const upstream = this.#passage.choose();
    if (typeof upstream === 'string') {
      this.#answer(upstream);
      return;
    }
    this.#connection = upstream.connections.take();
    this.#connection.send(this.#request.method, this.#request.text, this);
  }

  #answer(reason: OwnAnswer): void {
    this.#passage.error = reason;
    const { isLast, method } = this.#request;
    const { status, text } = ownAnswerText(reason, isLast ? closeLine : keepLines, method === 'HEAD');
    this.#status = status;
    this.#pass(text);
    this.#over();
  }

  #read(body: string): void {
    if (body !== '' && this.#reader?.(body) === false) this.#reader = undefined;
  }

  #pass(text: string): void {
    if (text !== '' && !this.#client.write(text, 'latin1')) this.#connection?.pause();
  }

  #over(): void {
    this.#connection = undefined;
    this.#passage.over(this.#status);
    if (this.#request.isLast) this.#client.end();
    this.#onOver();
  }
}

function inChunk(text: string): string {
  return text === '' ? '' : `${text.length.toString(16)}\r\n${text}\r\n`;
}
