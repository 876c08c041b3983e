import { Agent } from 'undici';
import type { ProtocolRevision } from '../record/index.ts';
import type { Connector } from './types.ts';
import { statefulConnection } from './wire-stateful.ts';
import { statelessConnection } from './wire-stateless.ts';
import type { WireTarget } from './wire-target.ts';

const connections = {
  '2025-11-25': statefulConnection,
  '2026-07-28': statelessConnection,
} as const;

/**
 * The wire client: JSON-RPC over undici, without an SDK, so that the client's own cost stays small.
 *
 * Clients share keep-alive sockets, as many as there are exchanges at once; deadlines are the caller's.
 */
export function wireConnector(url: string, protocol: ProtocolRevision): Connector {
  const { origin, pathname: path } = new URL(url);
  const dispatcher = new Agent({
    connections: null,
    pipelining: 1,
    connect: { timeout: 10_000 },
    // The caller's signal ends every exchange; a second clock here would only cut long work short.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 30_000,
  });
  const pending = new Set<Promise<unknown>>();
  const target: WireTarget = {
    origin,
    path,
    dispatcher,
    background: (exchange) => {
      const settled = exchange.catch(() => {}).finally(() => pending.delete(settled));
      pending.add(settled);
    },
  };
  return {
    connect: (client) => connections[protocol](target, client),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(pending);
      await dispatcher.destroy();
    },
  };
}
