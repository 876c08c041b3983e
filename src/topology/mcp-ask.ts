import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { ProtocolRevision } from '../record/index.ts';
import { type JsonRpcAnswer, jsonRpcAnswer } from './json-rpc-answer.ts';

/** Single questions to an MCP server, each over a connection of its own: what the harness itself wants to know. */

/** What there is to say of a server beside its URL. */
export interface ServerAccess {
  /** Sent with every question; `Host` among them, where it is not what the URL says. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** What to connect to; by default what the URL's host resolves to at that moment. */
  address?: string | undefined;
}

export interface HttpAnswer {
  status: number;
  contentType: string;
  sessionId: string | undefined;
  /** What came of the body until the answer was found in it. */
  text: string;
  message: JsonRpcAnswer | undefined;
}

/** One HTTP request to an MCP endpoint. */
export interface Question {
  method: 'POST' | 'DELETE' | 'GET';
  headers: Record<string, string>;
  body?: string;
  /** Settles as soon as what has come is enough; by default when a JSON-RPC answer has. */
  isEnough?: (text: string) => boolean;
}

export const accept = 'application/json, text/event-stream';
const clientInfo = { name: 'mcp-windtunnel-probe', version: '1' };
/** Lists of tools with large schemas are the longest. */
const answerCharsMax = 4 * 1024 * 1024;
/** As much as the clients of a run take: a server that they can use is ready. */
const headBytesMax = 64 * 1024;

/** Rejects if no whole answer comes, or when `signal` aborts. Redirects are not followed. */
export function ask(
  url: string,
  { method, headers, body, isEnough }: Question,
  access: ServerAccess,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const request = url.startsWith('https:') ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const options = {
      method,
      headers: { ...headers, ...access.headers },
      // Closed with the answer: no idle connection stays that could slow a server's end.
      agent: false,
      signal,
      maxHeaderSize: headBytesMax,
      ...(access.address !== undefined && { lookup: always(access.address) }),
    } as const;
    const outgoing = request(url, options, (response) => {
      const status = response.statusCode ?? 0;
      const header = response.headers['mcp-session-id'];
      const sessionId = typeof header === 'string' ? header : undefined;
      const contentType = response.headers['content-type'] ?? '';
      const isStream = contentType.startsWith('text/event-stream');
      let text = '';
      const settle = (message: JsonRpcAnswer | undefined) => {
        resolve({ status, contentType, sessionId, text, message });
        // A stream may stay open after the answer.
        response.destroy();
      };
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        const message = isStream ? jsonRpcAnswer(text, isStream) : undefined;
        if (message || isEnough?.(text) || text.length > answerCharsMax) settle(message);
      });
      response.on('end', () => settle(jsonRpcAnswer(text, isStream)));
      response.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Looks nothing up: a name that changed its address meanwhile leads nowhere else. */
function always(address: string): LookupFunction {
  const family = isIP(address);
  return (_host, options, done) => {
    if (options.all) done(null, [{ address, family }]);
    else done(null, address, family);
  };
}

/**
 * A request as a client of the revision makes it: 2026-07-28 says who asks with each, 2025-11-25 only in `initialize`.
 * @param session headers of the session that it belongs to.
 */
export function questionOf(
  protocol: ProtocolRevision,
  method: string,
  params: Record<string, unknown> = {},
  session: Record<string, string> = {},
): Question {
  const json = { accept, 'content-type': 'application/json' };
  if (protocol === '2025-11-25') {
    const opening =
      method === 'initialize' ? { protocolVersion: protocol, capabilities: {}, clientInfo } : {};
    const body = JSON.stringify({ jsonrpc: '2.0', id: 0, method, params: { ...opening, ...params } });
    return { method: 'POST', headers: { ...json, ...session }, body };
  }
  const meta = {
    'io.modelcontextprotocol/protocolVersion': protocol,
    'io.modelcontextprotocol/clientInfo': clientInfo,
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  return {
    method: 'POST',
    headers: { ...json, 'mcp-protocol-version': protocol, 'mcp-method': method },
    body: JSON.stringify({ jsonrpc: '2.0', id: 0, method, params: { ...params, _meta: meta } }),
  };
}
