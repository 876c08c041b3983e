import { Agent } from 'node:http';
import { HarnessError } from '../../core/index.ts';
import { idleMs } from './answer-reading.ts';
import type { Candidate } from './routing-policy.ts';
import { UpstreamConnections } from './upstream-connection.ts';

/** One boot of a replica, as the balancer reaches it. */
export interface Upstream extends Candidate {
  readonly target: { readonly protocol: 'http:'; readonly host: string; readonly port: number };
  readonly agent: Agent;
  /** For the requests that are relayed; `agent` has those for http-proxy. */
  readonly connections: UpstreamConnections;
}

/** The upstreams that get new requests, and how many requests each replica is answering. */
export interface UpstreamPool {
  /** Takes the place of an upstream of the same name. */
  add(replica: string, url: string): void;
  remove(replica: string): void;
  /** In the order of their slots. */
  upstreams(): readonly Upstream[];
  began(upstream: Upstream): void;
  ended(upstream: Upstream): void;
  /** Resolves once the replica, whichever boot, answers nothing, or after `timeoutMs`; to how many are left. */
  drained(replica: string, timeoutMs: number): Promise<number>;
}

export function upstreamPool(
  connectTimeoutMs: number,
  onChange: (upstreams: readonly Upstream[]) => void,
): UpstreamPool {
  let upstreams: readonly Upstream[] = [];
  const answering = new Map<string, number>();
  const waiting = new Set<{ replica: string; resolve: () => void }>();

  const change = (changed: Upstream[]) => {
    upstreams = changed.sort((a, b) => bySlot.compare(a.replica, b.replica));
    onChange(upstreams);
  };
  const without = (replica: string) => {
    for (const upstream of upstreams) if (upstream.replica === replica) retire(upstream);
    return upstreams.filter((upstream) => upstream.replica !== replica);
  };
  const count = (replica: string) => answering.get(replica) ?? 0;

  return {
    add(replica, url) {
      const upstream = newUpstream(replica, url, connectTimeoutMs);
      change([...without(replica), upstream]);
    },
    remove: (replica) => change(without(replica)),
    upstreams: () => upstreams,
    began: ({ replica }) => answering.set(replica, count(replica) + 1),
    ended({ replica }) {
      answering.set(replica, count(replica) - 1);
      if (count(replica) > 0) return;
      for (const waiter of waiting) if (waiter.replica === replica) waiter.resolve();
    },
    async drained(replica, timeoutMs) {
      if (count(replica) > 0) {
        await new Promise<void>((done) => {
          const waiter = { replica, resolve: () => settle() };
          const timer = setTimeout(() => settle(), timeoutMs);
          const settle = () => {
            clearTimeout(timer);
            waiting.delete(waiter);
            done();
          };
          waiting.add(waiter);
        });
      }
      return count(replica);
    },
  };
}

/** r2 before r10. */
const bySlot = new Intl.Collator('en', { numeric: true });

function newUpstream(replica: string, url: string, connectTimeoutMs: number): Upstream {
  const { protocol, hostname, port } = new URL(url);
  if (protocol !== 'http:') throw new HarnessError('usage', `the balancer cannot reach ${url}: only http:`);
  // As many idle connections are kept as a burst has opened; they are gone after `idleMs`.
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 10_000, timeout: idleMs });
  const target = { protocol, host: hostname, port: Number(port || 80) } as const;
  // IPv6 addresses stand in brackets in a URL only.
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const connections = new UpstreamConnections({ host, port: target.port, connectTimeoutMs });
  return { replica, target, agent, connections };
}

/** No new request will come: its idle connections go now, the others when their answer has ended. */
function retire({ agent, connections }: Upstream): void {
  connections.retire();
  agent.maxFreeSockets = 0;
  for (const sockets of Object.values(agent.freeSockets))
    for (const socket of sockets ?? []) socket.destroy();
}
