import type { LedgerEntry, RunEvent } from '../record/index.ts';
import { callsOf, foreignServerOf, type RunSpec } from '../scenario/index.ts';
import { acknowledgements } from './acknowledgements.ts';
import { changeMeasureNames, changeMeasures } from './changes/index.ts';
import { clientSeries } from './client-series.ts';
import { type Collector, showTo } from './collector.ts';
import { type Completeness, completeness } from './completeness.ts';
import { evidence } from './evidence.ts';
import type { Evidence } from './evidence-types.ts';
import { type Facts, facts } from './facts/index.ts';
import { failures } from './failures.ts';
import { faultSeries } from './fault-series.ts';
import { generatorHealth, generatorUsage } from './generator-health.ts';
import { attempted, guarded, type Unmeasured } from './guarded.ts';
import { handshakeOverhead } from './handshake-overhead.ts';
import { inputMeasures } from './input/index.ts';
import { type LedgerBooks, readBooks } from './ledger-books.ts';
import { loadSkew } from './load-skew.ts';
import type { Metrics, Series } from './metrics.ts';
import { misdelivery, stateLeak } from './misdelivery.ts';
import { joinedBoots, ready } from './ready.ts';
import { recovery } from './recovery.ts';
import { replicaUsage } from './replica-usage.ts';
import { resultLoss } from './result-loss.ts';
import { type RouteJoin, routeJoin } from './route-join.ts';
import { sendLag } from './send-lag.ts';
import { sessionLoss } from './session-loss.ts';
import { sessionRecovery } from './session-recovery.ts';
import { stateLoss } from './state-loss.ts';
import { streamEvents } from './streams/index.ts';
import { survival } from './survival.ts';
import {
  type JudgedTask,
  taskMeasureNames,
  taskMeasures,
  withoutEffect,
  withoutTasks,
} from './tasks/index.ts';
import { unrouted } from './unrouted.ts';
import { operationMeasures, windowMsFor } from './windows.ts';

export interface Measured {
  metrics: Metrics;
  series: Series;
  evidence: Evidence;
  completeness: Completeness;
  /** What arithmetic is held against. */
  facts: Facts;
  /** What could not be measured, and why, by its name in `metrics`, in `series`, `completeness` or `facts`. */
  unmeasured: Record<string, string>;
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
  const unmeasured: Unmeasured = new Map();
  const routes = routeJoin();
  const books = await readBooks(ledger);
  const theory = facts(spec, routes, books);
  const toTheory = (task: JudgedTask) =>
    attempted(['facts'], unmeasured, () => theory.seeTask(task), undefined);
  const collectors = collectorsFor(spec, routes, books, unmeasured, toTheory);
  const show = showTo([
    ...Object.values(collectors),
    ...theory.collectors.map((one) => guarded(['facts'], unmeasured, () => one)),
  ]);
  for await (const batch of events) for (const event of batch) show(event);

  const operations = collectors.operations.result();
  const { state, updates } = collectors.state.result();
  const { skew, load, upstreams } = collectors.load.result();
  const { cpu, rss } = collectors.usage.result();
  const faults = collectors.faults.result();
  const lag = collectors.lag.result();
  const joined = collectors.joined.result();
  const { windowMs, durationMs } = windowsOf(spec);
  const streams = collectors.streams.result();
  const questions = collectors.questions.result();
  const notMeasured = { notApplicable: 'it could not be measured' };
  const tasks = collectors.tasks.result();
  const told = collectors.changes.result();
  const metrics: Metrics = {
    ...tasks.metrics,
    ...told.metrics,
    session_loss: collectors.sessions.result(),
    state_loss: state,
    availability: operations.availability,
    latency_ms: operations.latency,
    service_ms: operations.service,
    recovery_ms: attempted(
      ['recovery_ms'],
      unmeasured,
      () => recovery({ faults, windows: operations.windows, windowMs }),
      notMeasured,
    ),
    duplicate_execution: collectors.duplicates.result(),
    lost_update: updates,
    result_loss: collectors.results.result(),
    misdelivery: collectors.answers.result(),
    state_leak: collectors.leaks.result(),
    stream_loss: streams.loss,
    stream_duplicate: streams.duplicate,
    stream_leak: streams.leak,
    input_loss: questions.loss,
    state_forgery: questions.forgery,
    replica_cpu: cpu,
    replica_rss: rss,
    load_skew: skew,
    send_lag_ms: lag,
    session_recovery_ms: collectors.recoveries.result(),
    ready_ms: attempted(
      ['ready_ms'],
      unmeasured,
      () => ready(joined, { load, upstreams, windowMs }),
      notMeasured,
    ),
    handshake_overhead: collectors.handshakes.result(),
    generator_health: generatorHealth(collectors.generator.result(), lag),
  };
  const series: Series = {
    windowMs,
    durationMs,
    windows: operations.windows,
    clients: collectors.clients.result(),
    survival: collectors.survival.result(),
    taskSurvival: tasks.survival,
    faults,
    upstreams,
    load,
    percentiles: operations.percentiles,
    failures: collectors.failures.result(),
  };
  const completeness = {
    ...collectors.completeness.result(),
    ...collectors.acknowledged.result(),
    unrouted: collectors.unrouted.result(),
  };
  const held = attempted(['facts'], unmeasured, theory.result, facts(spec, routes, books).result());
  const shown = collectors.evidence.result();
  return {
    metrics,
    series,
    evidence: { ...shown, tasks: tasks.evidence },
    completeness,
    facts: { ...held, changes: told.facts },
    unmeasured: Object.fromEntries(unmeasured),
  };
}

function windowsOf({ scenario }: Pick<RunSpec, 'scenario'>) {
  return { durationMs: scenario.durationMs, windowMs: windowMsFor(scenario.durationMs) };
}

/** In the order in which they see each event: `routes`, `effects` and `acknowledged` before those that ask them. */
function collectorsFor(
  spec: Pick<RunSpec, 'scenario' | 'deployment'>,
  routes: RouteJoin,
  { ledger, notes, deeds, emitted, taken, changes }: LedgerBooks,
  unmeasured: Unmeasured,
  toTheory: (task: JudgedTask) => void,
) {
  const { protocol } = spec.deployment;
  const isExternal = spec.deployment.routing === 'none';
  const { durationMs, windowMs } = windowsOf(spec);
  const calls = callsOf(spec.scenario.workload.journey);
  const reads = calls.some((call) => call.reads !== undefined);
  const writes = calls.some((call) => call.writes !== undefined);
  const foreign = foreignServerOf(spec.deployment);
  const owesCommits = foreign === undefined || (foreign.ledger && ledger.numbered);
  const effects = withoutEffect();
  const acknowledged = acknowledgements(ledger, owesCommits, effects);
  const guard = <R>(
    measures: readonly (keyof Metrics | keyof Series | 'completeness' | 'evidence')[],
    make: () => Collector<R>,
  ) => guarded(measures, unmeasured, make);
  return {
    routes: guard(['session_loss', 'load_skew'], () => routes),
    effects: guard(['lost_update', 'completeness', 'result_loss'], () => effects),
    acknowledged: guard(['lost_update', 'completeness'], () => acknowledged),
    sessions: guard(['session_loss'], () => sessionLoss(protocol, routes)),
    state: guard(['state_loss', 'lost_update'], () =>
      stateLoss({ writes, reads }, acknowledged.isUncommitted),
    ),
    duplicates: guard(['duplicate_execution'], () => ({
      types: [],
      see: () => {},
      result: ledger.duplicates,
    })),
    results: guard(['result_loss'], () => resultLoss(ledger, effects)),
    answers: guard(['misdelivery'], misdelivery),
    leaks: guard(['state_leak'], () => stateLeak(reads)),
    streams: guard(['stream_loss', 'stream_duplicate', 'stream_leak'], () =>
      streamEvents(
        calls.some((call) => call.stream !== undefined),
        emitted,
      ),
    ),
    questions: guard(['input_loss', 'state_forgery'], () =>
      inputMeasures(
        calls.some((call) => call.answers !== undefined),
        taken,
      ),
    ),
    changes: guard(changeMeasureNames, () => changeMeasures(spec, changes, ledger.kept)),
    operations: guard(
      ['availability', 'latency_ms', 'service_ms', 'recovery_ms', 'windows', 'percentiles'],
      () => operationMeasures(durationMs, windowMs),
    ),
    usage: guard(['replica_cpu', 'replica_rss'], () => replicaUsage(protocol, isExternal)),
    load: guard(['load_skew', 'load', 'upstreams'], () =>
      loadSkew(protocol !== '2026-07-28', windowMs, routes, isExternal),
    ),
    clients: guard(['clients'], clientSeries),
    survival: guard(['survival'], () => survival(protocol, durationMs)),
    tasks: guard([...taskMeasureNames, 'taskSurvival', 'evidence'], () =>
      calls.some((call) => call.task !== undefined) ? taskMeasures(ledger, deeds, [toTheory]) : withoutTasks,
    ),
    evidence: guard(['evidence'], () => evidence(routes, ledger.kept ? notes : undefined)),
    faults: guard(['faults', 'recovery_ms', 'completeness'], faultSeries),
    lag: guard(['send_lag_ms'], sendLag),
    failures: guard(['failures'], failures),
    completeness: guard(['completeness'], completeness),
    recoveries: guard(['session_recovery_ms'], () => sessionRecovery(protocol)),
    joined: guard(['ready_ms'], joinedBoots),
    handshakes: guard(['handshake_overhead'], handshakeOverhead),
    generator: guard(['generator_health'], generatorUsage),
    unrouted: guard(['completeness'], unrouted),
  };
}
