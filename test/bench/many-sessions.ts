import type { Row } from './rows.ts';
import { wholeRun } from './whole-run.ts';

const sessions = 5000;
/** Each session calls every 5 s. */
const ratePerSecond = sessions / 5;

/** Many sessions at once, with servers and balancer on the same machine. */
export async function benchManySessions(folder: string): Promise<Row[]> {
  const args = ['steady', '--deployment', 'stateful-sticky', '--duration', '60s'];
  const load = ['--sessions', String(sessions), '--rate', `${ratePerSecond}/s`];
  const { results, samples } = await wholeRun([...args, ...load], folder);
  const metrics = results.runs[0]?.metrics;
  if (!metrics) throw new Error('the run has no results');
  const rssBytes = Math.max(...samples.map(({ generator }) => generator));
  const lost = 'value' in metrics.session_loss ? metrics.session_loss.numerator : Number.NaN;
  const details = {
    'generator RSS, MB': rssBytes / 1e6,
    'sessions lost': lost,
    'calls ok': metrics.availability.numerator,
    'calls intended': metrics.availability.denominator,
    'send lag p50, ms': metrics.send_lag_ms.p50 ?? Number.NaN,
  };
  return [
    {
      id: 'sessions-memory',
      what: `${sessions} sessions, a call each 5 s: memory of the whole generator process per session`,
      value: rssBytes / sessions / 1000,
      unit: 'KB',
      bound: { atMost: 60 },
      details,
    },
    {
      id: 'sessions-lag',
      what: `the same: send lag at p99`,
      value: metrics.send_lag_ms.p99 ?? Number.NaN,
      unit: 'ms',
      bound: { atMost: 50 },
      details,
    },
  ];
}
