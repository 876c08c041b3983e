import { betaBinomial, binomial } from './chance.ts';
import { pointsOnRing } from './consistent-hash.ts';
import { onlyFault, type Row, share } from './types.ts';

/** Which faults lose what the struck replica holds, and nothing else, by routing. */
const losing: Record<string, readonly string[]> = {
  'session-affinity': ['crash', 'out-of-memory', 'restart', 'scale-in'],
  // When a replica leaves the balancer, N is another, and all clients are dealt anew: `hash-modulo.ts`.
  hash: ['crash', 'out-of-memory'],
  'consistent-hash': ['crash', 'out-of-memory', 'restart'],
};

/** In memory, with affinity: one replica crashes or is killed, and the sessions it held are lost, about 1/N. */
export const struckReplica: Row = (one) => {
  const { routing } = one.deployment;
  const fault = onlyFault(one);
  const held = one.facts.sessionsHeld;
  if (fault === undefined || !held?.struck || !losing[routing]?.includes(fault.fault)) return [];
  // One that nobody replaces leaves the balancer.
  if (routing === 'hash' && 'replace' in fault && !fault.replace) return [];
  const { replicas, targets, open, inDoubt } = held.struck;
  if (replicas === 0) return [];
  const [low, high] =
    routing === 'consistent-hash'
      ? betaBinomial(open, targets * pointsOnRing, (replicas - targets) * pointsOnRing)
      : binomial(open, targets / replicas);
  return [
    {
      id: `affinity-${fault.fault}`,
      metric: 'session_loss',
      what: `sessions lost when ${targets} of ${replicas} replicas ${verbs[fault.fault] ?? 'goes'}: its share of the ${open} that were open then and used again, of ${held.opened} in all`,
      formula: `${open}/${held.opened} x ${targets}/N = ${open}/${held.opened} x ${targets}/${replicas}`,
      source: `each replica holds an equal share of the sessions; ${routing === 'consistent-hash' ? 'beta-binomial, since the arcs of a ring differ' : 'binomial'}`,
      predicted: held.opened === 0 ? 0 : (open * targets) / replicas / held.opened,
      interval: held.opened === 0 ? [0, 1] : [low / held.opened, (high + inDoubt) / held.opened],
      measured: share(held.lost, held.opened),
    },
  ];
};

const verbs: Record<string, string> = {
  crash: 'crash',
  'out-of-memory': 'run out of memory',
  restart: 'restart',
  'scale-in': 'leave',
};
