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
const closing = /(?:^|,)[ \t]*close[ \t]*(?:,|$)/i;

/** The headers that are looked at. */
interface Known {
  'content-length'?: string;
  'transfer-encoding'?: string;
  'mcp-session-id'?: string;
  connection?: string;
  'keep-alive'?: string;
}

/** @returns undefined if what is there is no answer of HTTP/1.1, whose end all readers would see at one place. */
export function readAnswer(text: string, headEnd: number, method: string): AnswerReading | undefined {
  wellFormed.lastIndex = 0;
  if (!wellFormed.test(text)) return undefined;

  const known: Known = {};
  // Lines that go on follow each other nearly always: they are copied in stretches.
  let head = '';
  let stretch = 'HTTP/1.1'.length;
  for (let at = text.indexOf('\r\n') + 2; at < headEnd; ) {
    const end = text.indexOf('\r\n', at);
    const colon = text.indexOf(':', at);
    const name = text.slice(at, colon).toLowerCase();
    switch (name) {
      case 'content-length':
      case 'transfer-encoding':
      case 'mcp-session-id':
      case 'connection':
      case 'keep-alive': {
        const value = text.slice(colon + 1, end).trim();
        known[name] = known[name] === undefined ? value : `${known[name]}, ${value}`;
      }
    }
    if (isHopByHop(name)) {
      head += text.slice(stretch, at);
      stretch = end + 2;
    }
    at = end + 2;
  }

  const status = Number(text.slice(9, 12));
  const framing = framingOf(method, status, known);
  if (framing === undefined) return undefined;
  const isKept = text[7] === '1' && framing !== 'until-close' && !closing.test(known.connection ?? '');
  return {
    status,
    head: `HTTP/1.1${head}${text.slice(stretch, headEnd + 2)}`,
    chars: headEnd + 4,
    framing,
    bodyBytes: framing === 'length' ? Number(known['content-length']) : 0,
    sessionId: copyOf(known['mcp-session-id']),
    reusableMs: isKept ? heed(known['keep-alive'] ?? '') : 0,
  };
}

/** @returns undefined if two readers could see it differently. */
function framingOf(method: string, status: number, known: Known): Framing | undefined {
  const { 'content-length': length, 'transfer-encoding': coding } = known;
  if (length !== undefined && !digits.test(length)) return undefined;
  if (method === 'HEAD' || status === 204 || status === 304) return 'none';
  if (coding === undefined) return length === undefined ? 'until-close' : 'length';
  return coding.toLowerCase() === 'chunked' && length === undefined ? 'chunked' : undefined;
}

/** A part of a string keeps the whole in memory, and routing may keep this one for as long as the run lasts. */
function copyOf(part: string | undefined): string | undefined {
  return part === undefined ? undefined : Buffer.from(part, 'latin1').toString('latin1');
}

function heed(keepAlive: string): number {
  const timeout = /(?:^|[ \t,])timeout=(\d{1,9})/i.exec(keepAlive)?.[1];
  if (timeout === undefined) return idleMs;
  return Math.max(0, Math.min(idleMs, Number(timeout) * 1000 - idleMarginMs));
}
