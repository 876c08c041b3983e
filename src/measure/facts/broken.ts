import type { Collector } from '../collector.ts';

/** Operations whose connection broke, and what a crash could have broken. */
export interface Broken {
  operations: number;
  /** First attempts that broke after they were sent. */
  broken: number;
  /** Mean time from sending to answer of operations that ended ok, in milliseconds; null without any. */
  meanServiceMs: number | null;
}

export function broken(): Collector<Broken> {
  const seen = { operations: 0, broken: 0 };
  let ok = 0;
  let serviceUs = 0;
  return {
    types: ['operation'],
    see(event) {
      if (event.type !== 'operation') return;
      seen.operations += 1;
      if (event.outcome === 'ok' && event.serviceUs !== null) {
        ok += 1;
        serviceUs += event.serviceUs;
      }
      const wasRetried = event.attempts > 1 && event.firstOutcome === 'info';
      if (event.failure?.kind === 'broken' || wasRetried) seen.broken += 1;
    },
    result: () => ({ ...seen, meanServiceMs: ok === 0 ? null : serviceUs / ok / 1000 }),
  };
}
