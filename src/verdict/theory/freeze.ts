import { durationMs } from '../../scenario/index.ts';
import { type Part, sumOf } from './chance.ts';
import { type Case, type Forecast, onlyFault, type Row } from './types.ts';

/**
 * Open arrivals, and one of N replicas stands still for d within T: of the arrivals meanwhile, a share d/T of
 * all, those wait up to d that go to it, or that their client cannot send before one that went to it is
 * answered. With affinity that is 1/N of the clients with all they intend; in rotation each request meets the
 * frozen replica with 1/N, and what its client intends after that waits too.
 *
 * Replicas that share a store are not independent: one that stands still within a transaction holds the store's
 * lock, and then all wait. Arithmetic says nothing of how often that is.
 */
export const freeze: Row = (one) => {
  const fault = onlyFault(one);
  const { waits } = one.facts;
  if (fault?.fault !== 'freeze' || !waits || !isTold(one)) return [];
  const { replicas, routing } = one.deployment;
  const parts = waits.clients.map(({ intended, clients }) => ({
    probabilities:
      routing === 'round-robin' ? inRotation(intended, replicas) : byAffinity(intended, replicas),
    times: clients,
  }));
  const { mean, interval } = sumOf(parts);
  const { operations, waited, frozenMs } = waits;
  const arrivals = waits.clients.reduce((sum, { intended, clients }) => sum + intended * clients, 0);
  const of = (count: number) => (operations === 0 ? 0 : count / operations);
  const affected: Forecast = {
    id: 'freeze-waits',
    metric: 'latency_ms',
    what: `operations that wait for the end of a freeze of one of ${replicas} replicas: of the ${arrivals} intended in its first nine tenths, those that met it or stood behind one that did`,
    formula:
      routing === 'round-robin'
        ? `sum over clients of 1 - (1 - 1/${replicas})^i for their i-th operation / ${operations}`
        : `${arrivals}/${replicas}/${operations}`,
    source: 'd/T of the arrivals fall into it, 1/N of them on the frozen replica; exact sum over clients',
    predicted: of(mean),
    interval: [of(interval[0]), of(interval[1])],
    measured: operations === 0 ? null : waited / operations,
  };
  const all = [affected, ...tailLatency(one, frozenMs, mean, interval)];
  // A freeze of one replica makes far less than a tenth of all wait; where so many do, something else is slow.
  const usualMs = one.metrics.latency_ms.p90 ?? 0;
  if (usualMs < frozenMs / 10) return all;
  const doubt = `a tenth of the operations took ${Math.round(usualMs)} ms or more, so others than the frozen replica are slow`;
  return all.map((forecast) => ({ ...forecast, doubt }));
};

/**
 * Who waits is spread evenly over the freeze, so the share s of operations that wait does so for more than x with
 * s (1 - x/d); at p99 that is 1 %: x = d (1 - 0.01/s). After the freeze the replica works off what has piled up.
 */
function tailLatency(
  { facts, metrics }: Case,
  frozenMs: number,
  mean: number,
  [low, high]: [number, number],
): Forecast[] {
  const ok = facts.waits?.ok ?? 0;
  // Nine tenths of the freeze were counted.
  const at = (waiting: number) => frozenMs * Math.max(0, 1 - (0.01 * ok * 0.9) / waiting);
  if (low === 0 || at(mean) === 0) return [];
  // The median, since the mean contains the freeze.
  const pileMs = (high / 0.9) * (metrics.service_ms.p50 ?? 0);
  return [
    {
      id: 'freeze-p99',
      metric: 'latency_ms',
      what: `p99 of a run in which one replica stands still for ${Math.round(frozenMs)} ms`,
      formula: `d (1 - 0.01/s) = ${Math.round(frozenMs)} ms x (1 - 0.01/${(mean / 0.9 / ok).toPrecision(2)})`,
      source:
        'latency from the intended start (no coordinated omission); at most what has piled up, one by one, later',
      predicted: at(mean),
      interval: [at(low), at(high) + pileMs],
      measured: metrics.latency_ms.p99,
    },
  ];
}

/** Whether each operation is sent once, when it is due or its client is free, and waits for its replica alone. */
function isTold({ scenario, deployment }: Case): boolean {
  const { workload } = scenario;
  if (deployment.state === 'shared') return false;
  const losesSessions = deployment.protocol !== '2026-07-28' && deployment.routing === 'round-robin';
  const isOpen = !JSON.stringify(workload.journey).includes('"think":');
  const longestMs = Math.max(...scenario.faults.map((f) => ('for' in f ? durationMs(f.for) : 0)));
  return !losesSessions && isOpen && longestMs < workload.deadlineMs * 0.9;
}

/** Probabilities that 0, 1, … of the operations wait: all from the first that meets the frozen replica on. */
function inRotation(intended: number, replicas: number): Part['probabilities'] {
  const miss = 1 - 1 / replicas;
  return Array.from({ length: intended + 1 }, (_, waiting) =>
    waiting === 0 ? miss ** intended : miss ** (intended - waiting) / replicas,
  );
}

function byAffinity(intended: number, replicas: number): Part['probabilities'] {
  return Array.from({ length: intended + 1 }, (_, waiting) => {
    if (intended === 0) return 1;
    if (waiting === 0) return 1 - 1 / replicas;
    return waiting === intended ? 1 / replicas : 0;
  });
}
