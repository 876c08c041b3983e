import { formatDurationMs } from '../core/index.ts';
import type { Completeness, Metrics } from '../measure/index.ts';
import type { ReadStats } from '../record/index.ts';
import type { Check } from './results.ts';

/** Whether a run can be judged at all. What is doubtful here makes a verdict `unknown`, never `pass`. */

/** Above this at p99, what was measured is the generator. */
export const sendLagLimitMs = 50;

export function judgeSoundness(completeness: Completeness, metrics: Metrics, torn: ReadStats): Check[] {
  return [judgeCompleteness(completeness, torn), judgeGenerator(metrics)];
}

function judgeCompleteness(seen: Completeness, torn: ReadStats): Check {
  const id = 'record-complete';
  const limit = 'every client and operation';
  const observed = `${seen.operationsRecorded} operations of ${seen.clientsEnded} clients`;
  const doubt = (reason: string): Check => ({ id, verdict: 'unknown', observed, limit, reason });
  if (seen.ended === null) return doubt('the harness was killed during the run');
  if (seen.ended === 'interrupted') return doubt('the run was cut short');
  if (seen.ended === 'failed') return doubt('the run broke off');
  if (torn.tornLines > 0) return doubt(`${torn.tornLines} lines of the record cannot be read`);
  if (seen.clientsEnded !== seen.clientsExpected) {
    return doubt(
      `${seen.clientsExpected - seen.clientsEnded} of ${seen.clientsExpected} clients have no end`,
    );
  }
  if (seen.operationsRecorded !== seen.operationsIntended) {
    return doubt(`${seen.operationsIntended} operations were intended`);
  }
  return { id, verdict: 'pass', observed, limit, reason: '' };
}

function judgeGenerator(metrics: Metrics): Check {
  const id = 'generator-on-time';
  const limit = `<= ${sendLagLimitMs} ms late at p99`;
  const late = metrics.send_lag_ms.p99;
  if (late === null)
    return { id, verdict: 'unknown', observed: 'no samples', limit, reason: 'nothing was sent' };
  const observed = `${formatDurationMs(late)} late at p99`;
  if (late <= sendLagLimitMs) return { id, verdict: 'pass', observed, limit, reason: '' };
  const reason =
    'the load generator could not keep to the schedule, so the latencies are its own; lower --rate or --sessions';
  return { id, verdict: 'unknown', observed, limit, reason };
}
