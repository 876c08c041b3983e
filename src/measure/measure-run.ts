import type { LedgerEntry, RunEvent } from '../record/index.ts';
import { callsOf, type RunSpec } from '../scenario/index.ts';
import { clientSeries } from './client-series.ts';
import { showTo } from './collector.ts';
import { type Completeness, completeness } from './completeness.ts';
import { readLedger } from './duplicate-execution.ts';
import { type Facts, facts } from './facts/index.ts';
import { failures } from './failures.ts';
import { faultSeries } from './fault-series.ts';
import { generatorHealth, generatorUsage } from './generator-health.ts';
import { handshakeOverhead } from './handshake-overhead.ts';
import { loadSkew } from './load-skew.ts';
import type { Metrics, Series } from './metrics.ts';
import { operationCounts } from './operation-counts.ts';
import { joinedBoots, ready } from './ready.ts';
import { recovery } from './recovery.ts';
import { routeJoin } from './route-join.ts';
import { sendLag } from './send-lag.ts';
import { sessionLoss } from './session-loss.ts';
import { sessionRecovery } from './session-recovery.ts';
import { stateLoss } from './state-loss.ts';
import { unrouted } from './unrouted.ts';
import { operationMeasures, windowMsFor } from './windows.ts';

export interface Measured {
  metrics: Metrics;
  series: Series;
  completeness: Completeness;
  /** What arithmetic is held against. */
  facts: Facts;
}

/**
 * Measures one run from its records, reading each once; memory grows with the number of clients, and by a
 * few bytes for each operation.
 * @param events in batches, as `readNdjson` gives them; `ledger` likewise.
 * @param ledger undefined if the server keeps none.
 */
export async function measureRun(
  spec: Pick<RunSpec, 'scenario' | 'deployment'>,
  events: AsyncIterable<readonly RunEvent[]>,
  ledger: AsyncIterable<readonly LedgerEntry[]> | undefined,
): Promise<Measured> {
  const { durationMs } = spec.scenario;
  const { protocol } = spec.deployment;
  const windowMs = windowMsFor(durationMs);
  const calls = callsOf(spec.scenario.workload.journey);
  const routes = routeJoin();
  const collectors = {
    sessions: sessionLoss(protocol, routes),
    state: stateLoss({
      writes: calls.some((call) => call.writes !== undefined),
      reads: calls.some((call) => call.reads !== undefined),
    }),
    operations: operationMeasures(durationMs, windowMs),
    load: loadSkew(protocol !== '2026-07-28', windowMs, routes),
    clients: clientSeries(),
    faults: faultSeries(),
    lag: sendLag(),
    failures: failures(),
    completeness: completeness(),
    recoveries: sessionRecovery(protocol),
    joined: joinedBoots(),
    handshakes: handshakeOverhead(),
    generator: generatorUsage(),
    unrouted: unrouted(),
  };
  const theory = facts(spec, routes);
  const show = showTo([routes, ...Object.values(collectors), ...theory.collectors]);
  const acknowledged = operationCounts();
  for await (const batch of events) {
    for (const event of batch) {
      show(event);
      if (event.type === 'operation' && event.outcome === 'ok') acknowledged.increment(event.opId);
    }
  }
  const { duplicates, uncommitted } = await readLedger(ledger, acknowledged);

  const operations = collectors.operations.result();
  const { state, updates } = collectors.state.result();
  const { skew, load, upstreams } = collectors.load.result();
  const faults = collectors.faults.result();
  const lag = collectors.lag.result();
  return {
    metrics: {
      session_loss: collectors.sessions.result(),
      state_loss: state,
      availability: operations.availability,
      latency_ms: operations.latency,
      service_ms: operations.service,
      recovery_ms: recovery({ faults, windows: operations.windows, windowMs }),
      duplicate_execution: duplicates,
      lost_update: updates,
      load_skew: skew,
      send_lag_ms: lag,
      session_recovery_ms: collectors.recoveries.result(),
      ready_ms: ready(collectors.joined.result(), { load, upstreams, windowMs }),
      handshake_overhead: collectors.handshakes.result(),
      generator_health: generatorHealth(collectors.generator.result(), lag),
    },
    series: {
      windowMs,
      durationMs,
      windows: operations.windows,
      clients: collectors.clients.result(),
      faults,
      upstreams,
      load,
      percentiles: operations.percentiles,
      failures: collectors.failures.result(),
    },
    completeness: {
      ...collectors.completeness.result(),
      uncommitted,
      unrouted: collectors.unrouted.result(),
    },
    facts: theory.result(),
  };
}
