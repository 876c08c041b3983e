import { binomial } from './chance.ts';
import { onlyFault, type Row, share } from './types.ts';

/**
 * In memory, affinity by `hash mod N`: of the sessions that are open when N becomes M, those move, and are lost,
 * whose hash has another remainder: 1 - gcd(N, M)/max(N, M), which is 1 - 1/max(N, M) for M = N + 1.
 *
 * Replicas that join one after the other make several changes. A session moves at the latest with the last, and
 * earlier if its client asks in between, which the interval leaves open.
 */
export const hashModulo: Row = (one) => {
  const fault = onlyFault(one);
  const held = one.facts.sessionsHeld;
  if (one.deployment.routing !== 'hash' || !held) return [];
  if (fault?.fault !== 'scale-out' && fault?.fault !== 'scale-in') return [];
  let open = 0;
  let least = 0;
  let most = 0;
  for (const { sizes, sessions } of held.moves) {
    open += sessions;
    least += sessions * moved([sizes[0] ?? 1, sizes.at(-1) ?? 1]);
    most += sessions * moved(sizes);
  }
  const steps = held.moves.map(({ sizes }) => sizes.join(' ─▶ '));
  const [low] = binomial(open, open === 0 ? 0 : least / open);
  const [, high] = binomial(open, open === 0 ? 0 : most / open);
  return [
    {
      id: `hash-${fault.fault}`,
      metric: 'session_loss',
      what: `sessions lost when replicas change ${steps.join(', ') || 'and none is open'}: the share of the ${open} open ones whose hash leads elsewhere, of ${held.opened} in all`,
      formula: `${open}/${held.opened} x (1 - min N/lcm(N)) = ${open}/${held.opened} x ${percent(open === 0 ? 0 : least / open)}${most > least ? ` to ${percent(most / open)}, by who asks between two changes` : ''}`,
      source: 'equal remainders of a uniform hash; binomial at each end',
      predicted: held.opened === 0 ? 0 : (least + most) / 2 / held.opened,
      interval: held.opened === 0 ? [0, 1] : [low / held.opened, high / held.opened],
      measured: share(held.lost, held.opened),
    },
  ];
};

/** The share of hashes that have not the same remainder for all of these numbers. */
export function moved(sizes: readonly number[]): number {
  const common = sizes.reduce((a, b) => (a / gcd(a, b)) * b);
  return 1 - Math.min(...sizes) / common;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

const percent = (value: number) => `${Number((value * 100).toPrecision(3))} %`;
