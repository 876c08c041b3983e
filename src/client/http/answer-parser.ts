import {
  type AnswerHead,
  BadAnswer,
  type Framing,
  factsOf,
  type HeadFacts,
  maxHeadBytes,
  parseHead,
} from './answer-head.ts';

/** Takes the parts of one answer in order: `onHead`, any number of `onBody`, `onEnd`. */
export interface AnswerSink {
  /** @param raw the head as it came, without the empty line. */
  onHead(head: AnswerHead, raw: string, facts: HeadFacts): void;
  onBody(chunk: Buffer): void;
  onEnd(): void;
}

/** What a connection's last answer began with. */
export interface HeadCache {
  last: HeadFacts | undefined;
}

const nothing: Buffer = Buffer.alloc(0);
/** The size line of a chunk, its extensions included, and a trailer. */
const maxLineBytes = 4096;
/** Of all interim answers together, and of all trailers. */
const maxPassedOverBytes = 64 * 1024;
const headEnd = Buffer.from('\r\n\r\n');

/**
 * Reads one HTTP/1.1 answer out of the bytes of a connection, however they are cut. Interim answers (1xx) are
 * passed over.
 */
export class AnswerParser {
  #sink: AnswerSink;
  #pending: Buffer = nothing;
  #framing: Framing | undefined;
  /** Bytes left of the body, or of the chunk. */
  #left = 0;
  /** Of a chunked body: what is expected next. */
  #expects: 'size' | 'data' | 'data-end' | 'trailer' = 'size';
  #isOver = false;
  /** Bytes of interim answers or trailers that have been passed over. */
  #passedOver = 0;

  readonly #heads: HeadCache;

  constructor(sink: AnswerSink, heads: HeadCache = { last: undefined }) {
    this.#sink = sink;
    this.#heads = heads;
  }

  /** The whole answer has come. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /**
   * @returns whether there were bytes behind the end of the answer.
   * @throws BadAnswer when the bytes are no HTTP answer; the connection is of no further use.
   */
  feed(bytes: Buffer): boolean {
    let rest = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    this.#pending = nothing;
    while (!this.#isOver) {
      const before = rest.length;
      rest = this.#framing === undefined ? this.#head(rest) : this.#body(rest, this.#framing);
      if (rest.length === before && !this.#isOver) {
        this.#pending = rest;
        return false;
      }
    }
    return rest.length > 0;
  }

  /** The server has closed the connection. @returns whether that completes the answer. */
  eof(): boolean {
    if (this.#isOver) return true;
    if (this.#framing?.kind !== 'until-close') return false;
    this.#end();
    return true;
  }

  #head(bytes: Buffer): Buffer {
    const end = bytes.indexOf(headEnd);
    if (end > maxHeadBytes || (end < 0 && bytes.length > maxHeadBytes)) {
      throw new BadAnswer(`the head of the answer has more than ${maxHeadBytes} bytes`);
    }
    if (end < 0) {
      if (bytes.length >= 5 && bytes.toString('latin1', 0, 5) !== 'HTTP/')
        parseHead(bytes.toString('latin1', 0, 60));
      refuseBareLineFeed(bytes);
      return bytes;
    }
    const raw = bytes.toString('latin1', 0, end);
    const facts = this.#read(raw);
    const { head, framing } = facts;
    const rest = bytes.subarray(end + 4);
    if (head.status < 200) {
      if (head.status === 101) throw new BadAnswer('the server changes the protocol unasked');
      this.#passOver(end + 4);
      return rest.length === 0 ? nothing : rest;
    }
    this.#framing = framing;
    this.#sink.onHead(head, raw, facts);
    if (framing.kind === 'length') {
      this.#left = framing.bytes;
      if (framing.bytes === 0) this.#end();
    }
    return rest;
  }

  #read(raw: string): HeadFacts {
    let { last } = this.#heads;
    if (last?.raw !== raw) {
      last = factsOf(raw);
      this.#heads.last = last;
    }
    return last;
  }

  #body(bytes: Buffer, framing: Framing): Buffer {
    if (bytes.length === 0) return bytes;
    if (framing.kind === 'chunked') return this.#chunked(bytes);
    if (framing.kind === 'until-close') {
      this.#sink.onBody(bytes);
      return nothing;
    }
    const rest = this.#take(bytes);
    if (this.#left === 0) this.#end();
    return rest;
  }

  #chunked(bytes: Buffer): Buffer {
    if (this.#expects === 'data') {
      const rest = this.#take(bytes);
      if (this.#left === 0) this.#expects = 'data-end';
      return rest;
    }
    const end = bytes.indexOf('\r\n');
    if (end < 0 ? bytes.length > maxLineBytes : end > maxLineBytes) {
      throw new BadAnswer(`a line of a chunked body has more than ${maxLineBytes} bytes`);
    }
    if (end < 0) return bytes;
    this.#chunkLine(bytes.toString('latin1', 0, end));
    return bytes.subarray(end + 2);
  }

  #chunkLine(line: string): void {
    if (this.#expects === 'size') {
      const size = /^([0-9a-fA-F]{1,12})[ \t]*(?:;.*)?$/.exec(line);
      if (!size) throw new BadAnswer(`a bad chunk size: ${JSON.stringify(line.slice(0, 40))}`);
      this.#left = Number.parseInt(size[1] ?? '', 16);
      this.#expects = this.#left === 0 ? 'trailer' : 'data';
    } else if (this.#expects === 'data-end') {
      if (line !== '') throw new BadAnswer('a chunk is longer than its size');
      this.#expects = 'size';
    } else if (line === '') {
      this.#end();
    } else {
      this.#passOver(line.length + 2);
    }
  }

  #passOver(bytes: number): void {
    this.#passedOver += bytes;
    if (this.#passedOver > maxPassedOverBytes) {
      throw new BadAnswer(`more than ${maxPassedOverBytes} bytes of interim answers, or of trailers`);
    }
  }

  #take(bytes: Buffer): Buffer {
    const taken = Math.min(this.#left, bytes.length);
    this.#left -= taken;
    this.#sink.onBody(taken === bytes.length ? bytes : bytes.subarray(0, taken));
    return bytes.subarray(taken);
  }

  #end(): void {
    this.#isOver = true;
    this.#sink.onEnd();
  }
}

/** A line that ends without CR (RFC 9112, section 2.2, lets us refuse it): the head's end would never be found. */
function refuseBareLineFeed(bytes: Buffer): void {
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) {
    if (bytes[at - 1] !== 13) throw new BadAnswer('a line of the head ends without CR');
  }
}
