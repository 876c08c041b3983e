import type { Waits } from '../../measure/index.ts';
import { durationMs } from '../../scenario/index.ts';
import { firstIndex, type Part, sumOf, thinned } from './chance.ts';
import { taskOptions } from './task-options.ts';
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
  if (taskOptions(one).any) return [];
  if (fault?.fault !== 'freeze' || !waits || !isTold(one)) return [];
  const { replicas, routing } = one.deployment;
  const probabilities = routing === 'round-robin' ? inRotation : byAffinity;
  const { operations, waited, clients } = waits;
  const { mean, interval } = sumOf(
    clients.map((waitsMs) => ({ probabilities: probabilities(waitsMs.length, replicas), times: 1 })),
  );
  const arrivals = clients.reduce((sum, waitsMs) => sum + waitsMs.length, 0);
  const of = (count: number) => (operations === 0 ? 0 : count / operations);
  const affected: Forecast = {
    id: 'freeze-waits',
    metric: 'latency_ms',
    what: `operations that wait for the end of a freeze of one of ${replicas} replicas: of the ${arrivals} under way when it began or intended in its first nine tenths, those that met it or stood behind one that did`,
    formula:
      routing === 'round-robin'
        ? `sum over clients of 1 - (1 - 1/${replicas})^i for their i-th operation / ${operations}`
        : `${arrivals}/${replicas}/${operations}`,
    source: 'd/T of the arrivals fall into it, 1/N of them on the frozen replica; exact sum over clients',
    predicted: of(mean),
    interval: [of(interval[0]), of(interval[1])],
    measured: operations === 0 ? null : waited / operations,
  };
  const all = [affected, ...tailLatency(one.metrics, waits, (i) => probabilities(i, replicas))];
  // A freeze of one replica makes far less than a tenth of all wait; where so many do, something else is slow.
  const usualMs = one.metrics.latency_ms.p90 ?? 0;
  if (usualMs < waits.frozenMs / 10) return all;
  const doubt = `a tenth of the operations took ${Math.round(usualMs)} ms or more, so others than the frozen replica are slow`;
  return all.map((forecast) => ({ ...forecast, doubt }));
};

/**
 * p99 is the latency that 1 % of the operations that end ok exceed. Which of them wait for longer than x is known
 * but for chance: those intended early enough, each with its probability to meet the frozen replica, and with that
 * to end ok. Where who waits is spread evenly over the freeze, and is a share s of all, that is d (1 - 0.01/s).
 */
function tailLatency(
  metrics: Case['metrics'],
  { operations, ok, clients, frozenMs }: Waits,
  probabilities: (intended: number) => Part['probabilities'],
): Forecast[] {
  const needed = Math.floor(ok / 100) + 1;
  const momentsMs = clients.flat().sort((a, b) => b - a);
  /** So many of the operations that end ok wait for at least so long. */
  const waiting = (leastMs: number) =>
    sumOf(
      clients.map((waitsMs) => {
        const early = waitsMs.filter((waitMs) => waitMs >= leastMs).length;
        return { probabilities: thinned(probabilities(early), ok / operations), times: 1 };
      }),
    );
  /** The longest wait of which `count` says that enough wait for it; 0 if there is none. */
  const longestMs = (count: (sum: ReturnType<typeof sumOf>) => number) =>
    momentsMs[firstIndex(momentsMs, (leastMs) => count(waiting(leastMs)) >= needed)] ?? 0;
  const waitMs = longestMs(({ mean }) => mean);
  if (waitMs === 0) return [];
  const serviceMs = metrics.service_ms.p50 ?? 0;
  // After the freeze its clients send one by one what has piled up.
  const piled = clients.reduce((most, waitsMs) => Math.max(most, waitsMs.length), 0);
  const pileMs = piled * (metrics.service_ms.p90 ?? 0);
  return [
    {
      id: 'freeze-p99',
      metric: 'latency_ms',
      what: `p99 of a run in which one replica stands still for ${Math.round(frozenMs)} ms`,
      formula: `the wait that 1 % of ${ok} operations are expected to exceed (evenly spread: d (1 - 0.01/s)), and the service time`,
      source:
        'latency from the intended start (no coordinated omission); at most what a client has piled up, one by one, later',
      predicted: waitMs + serviceMs,
      interval: [longestMs(({ interval }) => interval[0]), longestMs(({ interval }) => interval[1]) + pileMs],
      measured: metrics.latency_ms.p99,
    },
  ];
}

/** Whether each operation is sent once, when it is due or its client is free, and waits for its replica alone. */
function isTold({ scenario, deployment }: Case): boolean {
  const { workload } = scenario;
  if (deployment.state !== 'memory') return false;
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
