import type { ProtocolRevision } from '../record/index.ts';
import { httpPool } from './http/index.ts';
import type { Access, Connector } from './types.ts';
import { statefulConnection } from './wire-stateful.ts';
import { statelessConnection } from './wire-stateless.ts';
import type { WireTarget } from './wire-target.ts';

const connections = {
  '2025-11-25': statefulConnection,
  '2026-07-28': statelessConnection,
} as const;

const connectTimeoutMs = 10_000;

/**
 * The wire client: JSON-RPC over HTTP/1.1, without an SDK, so that the client's own cost stays small.
 *
 * Clients share keep-alive sockets, as many as there are exchanges at once; deadlines are the caller's.
 */
export function wireConnector(
  url: string,
  protocol: ProtocolRevision,
  { headers = {}, address }: Access = {},
): Connector {
  const origin = new URL(url);
  const pool = httpPool(origin, connectTimeoutMs, address);
  const pending = new Set<Promise<unknown>>();
  const target: WireTarget = {
    host: origin.host,
    path: `${origin.pathname}${origin.search}`,
    headerLines: Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join(''),
    pool,
    background: (exchange) => {
      const settled = exchange.catch(() => {}).finally(() => pending.delete(settled));
      pending.add(settled);
    },
  };
  return {
    connect: (client) => connections[protocol](target, client),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(pending);
      pool.destroy();
    },
  };
}
