import { isHopByHop } from './hop-by-hop.ts';

/** How the end of an answer's body is known. RFC 9112, section 6.3. */
export type Framing = 'none' | 'length' | 'chunked' | 'until-close';

/** The head of an upstream's answer. */
export interface AnswerReading {
  status: number;
  /** The head as it goes on to the client, a character for each byte; hop-by-hop headers and last line left out. */
  head: string;
  /** The length of the head as it came. */
  chars: number;
  framing: Framing;
  /** 0 if nothing says it. */
  bodyBytes: number;
  sessionId: string | undefined;
  /** Whether the connection can be used again, and how long it may idle; 0 if not. */
  reusableMs: number;
}

/**
 * Idle connections are closed by us before an upstream closes them: a request written to a connection that is
 * being closed fails as if the upstream had broken it, and it cannot be known whether it was carried out.
 * Known idle limits are 2 s (gunicorn) and more.
 */
export const idleMs = 1_500;
/** A `Keep-Alive: timeout=` is heeded, less what may pass on the way. */
const idleMarginMs = 1_000;

/** Lines end in CR LF and are not folded; other than in a request, a value may be more than ASCII. */
const wellFormed =
  /HTTP\/1\.[01] [1-9]\d\d(?: [\t\x20-\x7e\x80-\xff]*)?\r\n(?:[\w!#$%&'*+.^`|~-]+:[\t\x20-\x7e\x80-\xff]*\r\n)*\r\n/y;
const digits = /^\d{1,15}$/;

/** @returns undefined if what is there is no answer of HTTP/1.1, whose end all readers would see at one place. */
export function readAnswer(text: string, headEnd: number, method: string): AnswerReading | undefined {
  wellFormed.lastIndex = 0;
  if (!wellFormed.test(text)) return undefined;

  const status = Number(text.slice(9, 12));
  const firstEnd = text.indexOf('\r\n');
  let head = '';
  let stretch = 8;
  let length: string | undefined;
  let coding: string | undefined;
  let sessionId: string | undefined;
  let reusableMs = text[7] === '1' ? idleMs : 0;
  for (let at = firstEnd + 2; at < headEnd; ) {
    const end = text.indexOf('\r\n', at);
    const colon = text.indexOf(':', at);
    const name = text.slice(at, colon).toLowerCase();
    const next = end + 2;
    let isDropped = true;
    switch (name) {
      case 'content-length':
        if (length !== undefined) return undefined;
        length = text.slice(colon + 1, end).trim();
        if (!digits.test(length)) return undefined;
        isDropped = false;
        break;
      case 'transfer-encoding':
        if (coding !== undefined) return undefined;
        coding = text
          .slice(colon + 1, end)
          .trim()
          .toLowerCase();
        break;
      case 'mcp-session-id':
        sessionId = text.slice(colon + 1, end).trim();
        isDropped = false;
        break;
      case 'connection':
        if (/(?:^|,)[ \t]*close[ \t]*(?:,|$)/i.test(text.slice(colon + 1, end))) reusableMs = 0;
        break;
      case 'keep-alive':
        if (reusableMs > 0) reusableMs = heed(text.slice(colon + 1, end));
        break;
      default:
        isDropped = isHopByHop(name);
    }
    if (isDropped) {
      head += text.slice(stretch, at);
      stretch = next;
    }
    at = next;
  }
  const hasBody = method !== 'HEAD' && status !== 204 && status !== 304;
  if (coding !== undefined && (coding !== 'chunked' || length !== undefined) && hasBody) return undefined;
  const framing = !hasBody ? 'none' : coding ? 'chunked' : length !== undefined ? 'length' : 'until-close';
  return {
    status,
    head: `HTTP/1.1${head}${text.slice(stretch, headEnd + 2)}`,
    chars: headEnd + 4,
    framing,
    bodyBytes: hasBody && length !== undefined ? Number(length) : 0,
    sessionId,
    reusableMs: framing === 'until-close' ? 0 : reusableMs,
  };
}

function heed(keepAlive: string): number {
  const timeout = /(?:^|[ \t,])timeout=(\d{1,9})/i.exec(keepAlive)?.[1];
  if (timeout === undefined) return idleMs;
  return Math.max(0, Math.min(idleMs, Number(timeout) * 1000 - idleMarginMs));
}
