import type { Collector } from './collector.ts';
import { latencyHistogram } from './histogram.ts';
import type { Distribution } from './metrics.ts';

/**
 * `send_lag_ms`: actual − intended start, of operations whose client was free when they were due; what a
 * client waits for its own earlier call is the server's doing. It tells whether the generator kept up.
 */
export function sendLag(): Collector<Distribution> {
  const lag = latencyHistogram();
  const freeUs = new Map<string, number>();
  return {
    see(event) {
      if (event.type === 'session-opened') freeUs.set(event.client, event.atUs);
      else if (event.type === 'client-ended') freeUs.delete(event.client);
      else if (event.type === 'operation') {
        const free = freeUs.get(event.client);
        if (event.startUs !== null && free !== undefined && free <= event.intendedUs) {
          lag.record(event.startUs - event.intendedUs);
        }
        freeUs.set(event.client, event.endUs);
      }
    },
    result: () => lag.distribution(),
  };
}
