import { Agent } from 'node:http';
import { HarnessError } from '../../core/index.ts';
import type { Candidate } from './routing-policy.ts';

/** One boot of a replica, as the balancer reaches it. */
export interface Upstream extends Candidate {
  readonly target: { readonly protocol: 'http:'; readonly host: string; readonly port: number };
  readonly agent: Agent;
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
  close(): void;
}

/**
 * Idle connections are closed by us before an upstream closes them: a request written to a connection that is
 * being closed fails as if the upstream had broken it, and it cannot be known whether it was carried out.
 * Known idle limits are 2 s (gunicorn) and more; a `Keep-Alive: timeout=` answered by the upstream is heeded
 * by the agent besides.
 */
const idleMs = 1_500;

export function upstreamPool(onChange: (upstreams: readonly Upstream[]) => void): UpstreamPool {
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
      const upstream = newUpstream(replica, url);
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
    close() {
      for (const upstream of upstreams) upstream.agent.destroy();
    },
  };
}

/** r2 before r10. */
const bySlot = new Intl.Collator('en', { numeric: true });

function newUpstream(replica: string, url: string): Upstream {
  const { protocol, hostname, port } = new URL(url);
  if (protocol !== 'http:') throw new HarnessError('usage', `the balancer cannot reach ${url}: only http:`);
  // As many idle connections are kept as a burst has opened; they are gone after `idleMs`.
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 10_000, timeout: idleMs });
  return { replica, target: { protocol, host: hostname, port: Number(port || 80) }, agent };
}

/** No new request will come: its idle connections go now, the others when their answer has ended. */
function retire({ agent }: Upstream): void {
  agent.maxFreeSockets = 0;
  for (const sockets of Object.values(agent.freeSockets))
    for (const socket of sockets ?? []) socket.destroy();
}
