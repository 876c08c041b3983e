import type { Routing } from '../types.ts';
import { consistentHash } from './consistent-hash.ts';
import { hashModulo } from './hash-modulo.ts';
import { rotation } from './rotation.ts';
import type { Candidate, RoutingPolicy } from './routing-policy.ts';
import { sessionAffinity } from './session-affinity.ts';
import { taskAffinity } from './task-affinity.ts';

/** Sessions or tasks the balancer remembers; beyond it the oldest is forgotten. About 30 MB when full. */
const learnedMax = 200_000;

/** Every way to route there is; one more is one more line and one more file. */
const policies: Record<Routing, <U extends Candidate>() => RoutingPolicy<U>> = {
  'round-robin': rotation,
  'session-affinity': () => sessionAffinity(learnedMax),
  'task-affinity': () => taskAffinity(learnedMax),
  hash: hashModulo,
  'consistent-hash': consistentHash,
};

export function routingPolicy<U extends Candidate>(routing: Routing): RoutingPolicy<U> {
  return policies[routing]<U>();
}
