/** Longer than any size with its extensions; a trailer's line as well. */
const lineCharsMax = 16 * 1024;

const sizeLine = /^([0-9A-Fa-f]{1,12})(?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?\r\n$/;
const trailerLine = /^[\w!#$%&'*+.^`|~-]+:[\t\x20-\x7e\x80-\xff]*\r\n$/;

/**
 * Follows a body in chunks, which is passed on in the chunks it comes in, to see where it ends. Trailers are
 * left out, as RFC 9110, section 6.5.1, allows. RFC 9112, section 7.1.
 */
export class ChunkedBody {
  /** The last chunk and what belongs to it are there. */
  isOver = false;
  /** What is there is not in chunks; nothing more is to be passed on. */
  isBroken = false;
  /** How many characters came behind its end. */
  surplusChars = 0;
  #phase: 'size' | 'data' | 'trailer' = 'size';
  /** Of the chunk, with the CR LF behind it. */
  #leftChars = 0;
  /** Begun in an earlier piece. */
  #line = '';

  /** @returns what of the piece is to be passed on. */
  follow(piece: string): string {
    if (this.isOver) {
      this.surplusChars += piece.length;
      return '';
    }
    let at = 0;
    let passedOn = this.#phase === 'trailer' ? 0 : -1;
    while (at < piece.length && !this.isOver && !this.isBroken) {
      if (this.#phase === 'data') {
        at = this.#skipData(piece, at);
        continue;
      }
      const lineEnd = piece.indexOf('\n', at) + 1;
      const upTo = lineEnd === 0 ? piece.length : lineEnd;
      this.#line += piece.slice(at, upTo);
      at = upTo;
      if (this.#line.length > lineCharsMax) this.isBroken = true;
      else if (lineEnd !== 0) this.#lineEnded();
      if (passedOn === -1 && this.#phase === 'trailer') passedOn = at;
    }
    this.surplusChars = piece.length - at;
    if (this.isBroken) return '';
    if (passedOn === -1) return piece;
    return this.isOver ? `${piece.slice(0, passedOn)}\r\n` : piece.slice(0, passedOn);
  }

  #skipData(piece: string, at: number): number {
    const here = Math.min(this.#leftChars, piece.length - at);
    // The last two are CR LF, which may lie in two pieces.
    for (const [left, expected] of [
      [2, '\r'],
      [1, '\n'],
    ] as const) {
      const index = at + this.#leftChars - left;
      if (this.#leftChars >= left && index < at + here && piece[index] !== expected) this.isBroken = true;
    }
    this.#leftChars -= here;
    if (this.#leftChars === 0) this.#phase = 'size';
    return at + here;
  }

  #lineEnded(): void {
    const line = this.#line;
    this.#line = '';
    if (this.#phase === 'trailer') {
      if (line === '\r\n') this.isOver = true;
      else if (!trailerLine.test(line)) this.isBroken = true;
      return;
    }
    const size = sizeLine.exec(line)?.[1];
    if (size === undefined) {
      this.isBroken = true;
      return;
    }
    this.#leftChars = Number.parseInt(size, 16) + 2;
    this.#phase = this.#leftChars === 2 ? 'trailer' : 'data';
  }
}
