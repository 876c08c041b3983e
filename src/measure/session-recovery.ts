import type { ProtocolRevision } from '../record/index.ts';
import type { Collector } from './collector.ts';
import { latencyHistogram } from './histogram.ts';
import type { NotApplicable, SessionRecovery } from './metrics.ts';

/**
 * `session_recovery_ms`: from a session's loss to the end of the first operation of the same client that is ok.
 * What is lost again before that is one loss, from its begin. A client that gets no ok any more is `never`.
 */
export function sessionRecovery(protocol: ProtocolRevision): Collector<SessionRecovery | NotApplicable> {
  if (protocol === '2026-07-28') {
    return { types: [], see: () => {}, result: () => ({ notApplicable: '2026-07-28 has no sessions' }) };
  }
  const times = latencyHistogram();
  const lostUs = new Map<string, number>();
  let never = 0;
  return {
    types: ['session-lost', 'operation', 'client-ended'],
    see(event) {
      if (event.type === 'session-lost') {
        if (!lostUs.has(event.client)) lostUs.set(event.client, event.atUs);
      } else if (event.type === 'operation') {
        if (event.outcome !== 'ok' || lostUs.size === 0) return;
        const sinceUs = lostUs.get(event.client);
        if (sinceUs === undefined || event.endUs < sinceUs) return;
        times.record(event.endUs - sinceUs);
        lostUs.delete(event.client);
      } else if (event.type === 'client-ended' && lostUs.delete(event.client)) never += 1;
    },
    // A cut-short run leaves clients that never ended.
    result: () => ({ ...times.distribution(), never: never + lostUs.size }),
  };
}
