import type { RunSpec } from '../../scenario/index.ts';
import type { Collector } from '../collector.ts';
import { quietUntil } from './quiet-until.ts';

/**
 * How the requests of clients lie among one another, as the balancer got them. Rotation deals request number i to replica
 * i mod N. So what a client finds is decided by how many requests come between two of its own, and it is chance only
 * where these numbers are spread evenly over the remainders mod N: that is what "arrivals mix" means.
 */
export interface Mixing {
  /** By the remainder mod N of the distance between two requests of one client that follow one another. */
  distances: number[];
}

/** So many requests show whether clients mix; no run has to hold more of them. */
const lookedAtMax = 50_000;

/** Seen only in rotation, before the first fault is due. */
export function mixing({
  scenario,
  deployment,
}: Pick<RunSpec, 'scenario' | 'deployment'>): Collector<Mixing> {
  const { routing, state, tasks, replicas } = deployment;
  if (routing !== 'round-robin' || (state !== 'memory' && tasks?.store !== 'memory')) {
    return { types: [], see: () => {}, result: () => ({ distances: [] }) };
  }
  const until = quietUntil(scenario);
  const requests: { atUs: number; client: string | undefined }[] = [];
  return {
    types: ['workload-began', 'routed'],
    see(event) {
      if (event.type === 'workload-began') until.beginUs = event.atUs;
      else if (event.type === 'routed' && event.atUs < until.endUs && requests.length < lookedAtMax) {
        requests.push({ atUs: event.atUs, client: clientOf(event.requestId) });
      }
    },
    result() {
      // They are written when they are over, and dealt when they come.
      requests.sort((a, b) => a.atUs - b.atUs);
      const distances = new Array<number>(replicas).fill(0);
      const last = new Map<string, number>();
      for (const [i, { client }] of requests.entries()) {
        if (client === undefined) continue;
        const before = last.get(client);
        last.set(client, i);
        if (before === undefined) continue;
        const remainder = (i - before) % replicas;
        distances[remainder] = (distances[remainder] ?? 0) + 1;
      }
      return { distances };
    },
  };
}

/** A request's id is its client's name, a hyphen and a number. */
function clientOf(requestId: string | null): string | undefined {
  return requestId === null ? undefined : requestId.slice(0, requestId.lastIndexOf('-'));
}
