import type { AskedProtocol } from '../mcp-probe.ts';
import type { ReadyOutcome } from '../ready-when.ts';
import type { Routing } from '../types.ts';
import type { ProxyLimits } from './passage.ts';

/** What the balancer process is given at its start, as JSON in its first argument. */
export interface BalancerSettings {
  routing: Routing;
  /** The run's `events.ndjson`; the balancer appends to it. */
  eventsPath: string;
  epochUs: number;
  limits: ProxyLimits;
  /** Port 0: any free one. */
  listen: { host: string; port: number };
}

/** Harness → balancer. Each but `stop` is answered once it has taken effect. */
export type BalancerOrder =
  | { order: 'add'; replica: string; url: string }
  | { order: 'remove'; replica: string }
  | { order: 'drained'; replica: string; timeoutMs: number }
  /** Asks a server whether it is ready, from where the clients' requests will come; it is left without a session. */
  | {
      order: 'probe';
      url: string;
      protocol: AskedProtocol;
      headers?: Readonly<Record<string, string>> | undefined;
      /** It is ready when a GET of this path is answered with 2xx; by default when an MCP request is. */
      readyPath?: string | undefined;
      timeoutMs: number;
    }
  | { order: 'stop' };

export type NumberedOrder = BalancerOrder & { id: number };

/** Balancer → harness. */
export type BalancerReport =
  | { report: 'listening'; port: number }
  | ({ report: 'done'; id: number } & OrderDone)
  | { report: 'failed'; id: number; message: string };

/** What came of an order. */
export interface OrderDone {
  /** Of a drain: how many requests were left. */
  left?: number;
  /** Of a probe. */
  probed?: ReadyOutcome;
}
