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
  requestId: string | null;
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

/** @param text what has come, a character for each byte. */
export function readRequest(text: string): RequestReading {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd === -1) return text.length > headCharsMax ? 'other' : 'incomplete';
  canonical.lastIndex = 0;
  if (headEnd > headCharsMax || !canonical.test(text)) return 'other';

  let length: string | undefined;
  let sessionId: string | undefined;
  let requestId: string | undefined;
  let host: string | undefined;
  // Lines that go on follow each other nearly always: they are copied in stretches.
  let head = '';
  let stretch = 0;
  for (let at = text.indexOf('\r\n') + 2; at < headEnd; ) {
    const end = text.indexOf('\r\n', at);
    const colon = text.indexOf(':', at);
    const name = text.slice(at, colon).toLowerCase();
    const next = end + 2;
    switch (name) {
      case 'content-length':
        if (length !== undefined) return 'other';
        length = text.slice(colon + 1, end).trim();
        if (!digits.test(length)) return 'other';
        break;
      case 'mcp-session-id':
        if (sessionId !== undefined) return 'other';
        sessionId = text.slice(colon + 1, end).trim();
        break;
      case 'x-windtunnel-request':
        if (requestId !== undefined) return 'other';
        requestId = text.slice(colon + 1, end).trim();
        break;
      case 'host':
        if (host !== undefined) return 'other';
        host = name;
        break;
      case 'connection':
        if (
          text
            .slice(colon + 1, end)
            .trim()
            .toLowerCase() !== 'keep-alive'
        )
          return 'other';
        head += text.slice(stretch, at);
        stretch = next;
        break;
      default:
        if (uncommon.has(name)) return 'other';
        if (isHopByHop(name)) {
          head += text.slice(stretch, at);
          stretch = next;
        }
    }
    at = next;
  }
  if (host === undefined) return 'other';
  const bodyBytes = length === undefined ? 0 : Number(length);
  const chars = headEnd + 4 + bodyBytes;
  if (text.length < chars) return 'incomplete';
  return {
    method: text.slice(0, text.indexOf(' ')),
    text: head + text.slice(stretch, chars),
    chars,
    bodyBytes,
    sessionId,
    requestId: requestId ?? null,
  };
}
