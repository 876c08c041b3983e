/**
 * Headers that belong to one connection and are not passed on: RFC 9110, section 7.6.1. `expect` is among
 * them here since the balancer has the whole body before it sends anything.
 */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
]);

export function isHopByHop(lowerName: string): boolean {
  return hopByHop.has(lowerName);
}

/** Takes them out of a request's headers, so that the connection to the upstream is kept alive or not by us. */
export function dropHopByHop(headers: NodeJS.Dict<string | string[]>): void {
  for (const name in headers) if (hopByHop.has(name)) delete headers[name];
}

/** The head of an upstream's answer, as it is passed on and as routing looks at it. */
export interface AnswerHead {
  /** Name, value, name, value, …, in their order and case. */
  headers: string[];
  sessionId: string | undefined;
  /** Its `Content-Length`. */
  bodyBytes: number | undefined;
}

export function answerHead(rawHeaders: readonly string[]): AnswerHead {
  const headers: string[] = [];
  let sessionId: string | undefined;
  let bodyBytes: number | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    const value = rawHeaders[i + 1] as string;
    const lowerName = name.toLowerCase();
    if (hopByHop.has(lowerName)) continue;
    if (lowerName === 'mcp-session-id') sessionId = value;
    else if (lowerName === 'content-length') bodyBytes = Number(value);
    headers.push(name, value);
  }
  return { headers, sessionId, bodyBytes };
}
