import type { Routing } from '../types.ts';
import type { ProxyLimits } from './passage.ts';

/** What the balancer process is given at its start, as JSON in its first argument. */
export interface BalancerSettings {
  routing: Routing;
  /** The run's `events.ndjson`; the balancer appends to it. */
  eventsPath: string;
  epochUs: number;
  limits: ProxyLimits;
}

/** Harness → balancer. Each but `stop` is answered once it has taken effect. */
export type BalancerOrder =
  | { order: 'add'; replica: string; url: string }
  | { order: 'remove'; replica: string }
  | { order: 'drained'; replica: string; timeoutMs: number }
  | { order: 'stop' };

export type NumberedOrder = BalancerOrder & { id: number };

/** Balancer → harness. */
export type BalancerReport =
  | { report: 'listening'; port: number }
  /** `left` is how many requests were left of a drain; 0 for all else. */
  | { report: 'done'; id: number; left: number }
  | { report: 'failed'; id: number; message: string };
