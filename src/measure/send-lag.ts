import type { Collector } from './collector.ts';
import { latencyHistogram } from './histogram.ts';
import type { SendLag } from './metrics.ts';

/**
 * `send_lag_ms`: actual − intended start, of operations whose client was free when they were due; what a
 * client waits for its own earlier call is the server's doing. It tells whether the generator kept up. An
 * operation whose deadline passed before a free client turned to it was `missed` by the generator.
 */
export function sendLag(): Collector<SendLag> {
  const lag = latencyHistogram();
  const freeUs = new Map<string, number>();
  let missed = 0;
  return {
    types: ['session-opened', 'operation', 'client-ended'],
    see(event) {
      if (event.type === 'session-opened') freeUs.set(event.client, event.atUs);
      else if (event.type === 'client-ended') freeUs.delete(event.client);
      else if (event.type === 'operation') {
        const wasFree = (freeUs.get(event.client) ?? Number.POSITIVE_INFINITY) <= event.intendedUs;
        if (event.startUs !== null) {
          if (wasFree) lag.record(event.startUs - event.intendedUs);
          freeUs.set(event.client, event.endUs);
        } else if (event.unsentBecause === 'deadline') {
          // The client did nothing for it, and is as free as it was.
          if (!wasFree) return;
          missed += 1;
          lag.record(event.endUs - event.intendedUs);
        } else if (event.unsentBecause === 'session') {
          freeUs.set(event.client, event.endUs);
        }
      }
    },
    result: () => ({ ...lag.distribution(), missed }),
  };
}
