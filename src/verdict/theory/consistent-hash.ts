import { betaBinomial } from './chance.ts';
import { onlyFault, type Row, share } from './types.ts';

/** Points of each replica on the ring, as the embedded balancer and nginx have them (ketama). */
export const pointsOnRing = 160;

/**
 * In memory, affinity by consistent hash: when N becomes M > N, the new replicas take over (M - N)/M of the
 * sessions, and when it becomes less, those of the removed, (N - M)/N, go elsewhere. They are lost; no other is.
 */
export const consistentHash: Row = (one) => {
  const fault = onlyFault(one);
  const held = one.facts.sessionsHeld;
  if (one.deployment.routing !== 'consistent-hash' || !held) return [];
  if (fault?.fault !== 'scale-out' && fault?.fault !== 'scale-in') return [];
  let open = 0;
  let moving = 0;
  let largest = 1;
  for (const { sizes, sessions } of held.moves) {
    const [before, after] = [sizes[0] ?? 1, sizes.at(-1) ?? 1];
    open += sessions;
    moving += (sessions * Math.abs(after - before)) / Math.max(before, after);
    largest = Math.max(largest, before, after);
  }
  const meanShare = open === 0 ? 0 : moving / open;
  const points = largest * pointsOnRing;
  const [low, high] = betaBinomial(open, meanShare * points, (1 - meanShare) * points);
  const steps = held.moves.map(({ sizes }) => `${sizes[0]} ─▶ ${sizes.at(-1)}`);
  return [
    {
      id: `consistent-hash-${fault.fault}`,
      metric: 'session_loss',
      what: `sessions lost when replicas change ${[...new Set(steps)].join(', ') || 'and none is open'}: the share of the ${open} open ones on the arcs that change hands, of ${held.opened} in all`,
      formula: `${open}/${held.opened} x |M - N|/max(N, M) = ${moving.toFixed(1)}/${held.opened}`,
      source: `Karger et al. 1997; beta-binomial, since the arcs of ${pointsOnRing} points a replica differ`,
      predicted: held.opened === 0 ? 0 : moving / held.opened,
      interval: held.opened === 0 ? [0, 1] : [low / held.opened, high / held.opened],
      measured: share(held.lost, held.opened),
    },
  ];
};
