import type { HttpPool } from './http/index.ts';

/** What the wire clients of both revisions share. */

/** Names each exchange, so that the balancer's log and the client's can be joined. */
export const requestIdHeader = 'x-windtunnel-request';

export const clientInfo = { name: 'mcp-windtunnel', version: '1.0.0' };

export const statelessRevision = '2026-07-28';

/** The members of `_meta` that every request of 2026-07-28 has, as they stand in a body. */
export function protocolMembersWith(clientCapabilities: object): string {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': statelessRevision,
    'io.modelcontextprotocol/clientInfo': clientInfo,
    'io.modelcontextprotocol/clientCapabilities': clientCapabilities,
  };
  return JSON.stringify(meta).slice(1, -1);
}

/** Where a wire connection sends its requests, and over which sockets. */
export interface WireTarget {
  host: string;
  path: string;
  /** What the user has every request carry, each line with its end. */
  headerLines: string;
  pool: HttpPool;
  /** Takes an exchange whose answer nobody waits for; it is over before the connector is disposed. */
  background(exchange: Promise<unknown>): void;
}

/** The lines of a request's head that its connection does not change, to which each exchange adds its own. */
export function headOf(target: WireTarget, method: 'GET' | 'POST' | 'DELETE'): string {
  const content = method === 'POST' ? 'content-type: application/json\r\n' : '';
  return `${method} ${target.path} HTTP/1.1\r\nhost: ${target.host}\r\naccept: application/json, text/event-stream\r\n${content}${target.headerLines}`;
}
