import { isHopByHop } from './hop-by-hop.ts';

/**
 * A request as nearly every client writes it, whole and in canonical form. What is written in any other way is
 * not read here at all but given to Node's own parser, so nothing is guessed: a message that two readers could
 * understand differently (RFC 9112, section 11.2) is never taken for canonical.
 */
export interface CanonicalRequest {
  method: string;
  /** The request as it goes on to an upstream, a character for each byte: head without hop-by-hop, and body. */
  text: string;
  /** Its length as it came. */
  chars: number;
  bodyBytes: number;
  sessionId: string | undefined;
  mcpMethod: string | undefined;
  mcpName: string | undefined;
  requestId: string | null;
  /** The client wants its connection closed behind the answer. */
  isLast: boolean;
}

/** What is there of a request: all of it, a beginning, or something that is not canonical. */
export type RequestReading = CanonicalRequest | 'incomplete' | 'other';

/** Beyond it Node's parser says what is to be said. */
export const headCharsMax = 64 * 1024;

/** Every line is ended by CR LF; one space, no line folding, no control or non-ASCII characters. */
const canonical =
  /(?:GET|POST|DELETE|HEAD|OPTIONS|PUT|PATCH) \/[\x21-\x7e]* HTTP\/1\.1\r\n(?:[\w!#$%&'*+.^`|~-]+:[\x20-\x7e]*\r\n)+\r\n/y;

const digits = /^\d{1,9}$/;

/** With one of them a message has more to it than its head says at once. */
const uncommon = new Set(['transfer-encoding', 'upgrade', 'expect']);

/** The headers that are looked at, each of which there is at most one of; Node has `host`, too, but once. */
interface Known {
  'content-length'?: string;
  connection?: string;
  host?: string;
  'mcp-session-id'?: string;
  'mcp-method'?: string;
  'mcp-name'?: string;
  'x-windtunnel-request'?: string;
}

/** @param text what has come, a character for each byte. */
export function readRequest(text: string): RequestReading {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd === -1) return text.length > headCharsMax ? 'other' : 'incomplete';
  canonical.lastIndex = 0;
  if (headEnd > headCharsMax || !canonical.test(text)) return 'other';

  const known: Known = {};
  // Lines that go on follow each other nearly always: they are copied in stretches.
  let head = '';
  let stretch = 0;
  for (let at = text.indexOf('\r\n') + 2; at < headEnd; ) {
    const end = text.indexOf('\r\n', at);
    const colon = text.indexOf(':', at);
    const name = text.slice(at, colon).toLowerCase();
    switch (name) {
      case 'content-length':
      case 'connection':
      case 'host':
      case 'mcp-session-id':
      case 'mcp-method':
      case 'mcp-name':
      case 'x-windtunnel-request':
        if (known[name] !== undefined) return 'other';
        known[name] = text.slice(colon + 1, end).trim();
    }
    if (isHopByHop(name)) {
      if (uncommon.has(name)) return 'other';
      head += text.slice(stretch, at);
      stretch = end + 2;
    }
    at = end + 2;
  }

  const { 'content-length': length = '0', connection = 'keep-alive' } = known;
  if (known.host === undefined || !digits.test(length)) return 'other';
  const isLast = connection.toLowerCase() === 'close';
  if (!isLast && connection.toLowerCase() !== 'keep-alive') return 'other';
  const bodyBytes = Number(length);
  const chars = headEnd + 4 + bodyBytes;
  if (text.length < chars) return 'incomplete';
  return {
    method: text.slice(0, text.indexOf(' ')),
    text: head + text.slice(stretch, chars),
    chars,
    bodyBytes,
    sessionId: known['mcp-session-id'],
    mcpMethod: known['mcp-method'],
    mcpName: known['mcp-name'],
    requestId: known['x-windtunnel-request'] ?? null,
    isLast,
  };
}
