import type { Dispatcher } from 'undici';

/** What the wire clients of both revisions share. */

/** Names each exchange, so that the balancer's log and the client's can be joined. */
export const requestIdHeader = 'x-windtunnel-request';

export const clientInfo = { name: 'mcp-windtunnel', version: '1.0.0' };

/** Where a wire connection sends its requests, and over which sockets. */
export interface WireTarget {
  origin: string;
  path: string;
  dispatcher: Dispatcher;
  /** Takes an exchange whose answer nobody waits for; it is over before the connector is disposed. */
  background(exchange: Promise<unknown>): void;
}
