import { noChanges } from '../../src/measure/changes/index.ts';
import type { Metrics, Rate } from '../../src/measure/index.ts';
import { noTasks } from '../../src/measure/tasks/none.ts';
import type { Deployment, Scenario } from '../../src/scenario/index.ts';
import type { Check, Prediction, Results, RunResult } from '../../src/verdict/index.ts';
import { evidenceOf } from './fixture-evidence.ts';
import { plausibleSeries, type Story, storyOf } from './fixture-series.ts';

/** Results that a real experiment could have had; hand-made, and the same every time. */

export interface FixtureOptions {
  scenarios?: string[];
  deployments?: string[];
  repeats?: number;
}

export function exampleResults(options: FixtureOptions = {}): Results {
  const scenarios = (options.scenarios ?? ['rolling-restart', 'crash', 'scale-out']).map(scenarioOf);
  const deployments = (options.deployments ?? ['stateful-round-robin', 'stateful-sticky', 'stateless']).map(
    deploymentOf,
  );
  const runs: RunResult[] = [];
  for (let repeat = 0; repeat < (options.repeats ?? 1); repeat++) {
    for (const scenario of scenarios) {
      for (const deployment of deployments) runs.push(runOf(scenario, deployment, repeat));
    }
  }
  return {
    schemaVersion: 1,
    tool: { name: 'mcp-windtunnel', version: '0.1.0' },
    startedAt: '2026-08-14T10:12:07.412Z',
    command: `npm run --silent windtunnel -- run ${scenarios.map((s) => s.name).join(' ')} --deployment ${deployments
      .map((d) => d.name)
      .join(',')} --seed 7`,
    environment: {
      node: 'v24.21.0',
      cpu: 'AMD EPYC 7763 64-Core Processor',
      cores: 2,
      memoryBytes: 8_345_223_168,
      os: 'Linux 6.8.0 (x64)',
      packages: { '@modelcontextprotocol/server': '2.4.0', '@modelcontextprotocol/sdk': '1.32.2' },
    },
    scenario: { name: scenarios.map((s) => s.name).join(' + ') },
    scenarios,
    deployments,
    seed: 7,
    runs,
    comparisons: [],
    verdict: 'pass',
  };
}

/** One run: a crash under session affinity. */
export function oneCrash(): Results {
  return exampleResults({ scenarios: ['crash'], deployments: ['stateful-sticky'] });
}

const questions: Record<string, string> = {
  'rolling-restart': 'What do clients lose when every replica is restarted, one after the other?',
  crash: 'What do clients lose when one replica dies without warning?',
  'scale-out': 'What do clients lose when a fourth replica joins under load?',
};

export function scenarioOf(name: string): Scenario {
  return {
    name,
    question: questions[name] ?? `What do clients lose in ${name}?`,
    durationMs: 10_000,
    workload: {
      sessions: 60,
      arrivals: { overMs: 2000, process: 'poisson' },
      stayMs: null,
      ratePerSecond: 120,
      deadlineMs: 2000,
      turnaroundMs: 20,
      policy: { unknownSession: 'reinitialize', unknownOutcome: 'give-up', maxAttempts: 3 },
      journey: [
        { call: 'basket_create', arguments: {}, save: { basket: '$.basketId' } },
        {
          repeat: 'fill',
          steps: [
            { call: 'basket_add', arguments: { basketId: '${basket?}', item: '${opId}' }, writes: '${opId}' },
            { call: 'work', arguments: { waitMs: 20, bytes: 512 } },
          ],
        },
        { call: 'basket_read', arguments: { basketId: '${basket?}' }, reads: '$.items' },
      ],
    },
    faults: [{ at: '40%', atMs: 4000, fault: 'rolling-restart', grace: '5s', pause: '0ms' }],
    expect: {
      all: { lost_update: { max: 0, because: 'What was acknowledged must be there.' } },
      'stateful-round-robin': {
        session_loss: { min: 0.95 },
        lost_update: { skip: 'Hardly any session lives long enough to be read back.' },
      },
    },
  };
}

export function deploymentOf(name: string): Deployment {
  const stateless = name.startsWith('stateless');
  return {
    name,
    description: stateless
      ? '2026-07-28 without sessions, state behind explicit handles in a store that all replicas share'
      : '2025-11-25 with sessions in replica memory',
    server: stateless ? 'stateless-v2' : 'stateful-v2',
    protocol: stateless ? '2026-07-28' : '2025-11-25',
    state: stateless ? 'shared' : 'memory',
    routing: name.includes('sticky') ? 'session-affinity' : 'round-robin',
    replicas: 3,
  };
}

/** With its 95 % Wilson score interval. */
export function rateOf(numerator: number, denominator: number): Rate {
  if (denominator === 0) return { value: null, numerator, denominator, interval: null };
  const z = 1.959964;
  const p = numerator / denominator;
  const centre = p + (z * z) / (2 * denominator);
  const spread = z * Math.sqrt((p * (1 - p)) / denominator + (z * z) / (4 * denominator * denominator));
  const scale = 1 + (z * z) / denominator;
  const interval: [number, number] = [
    Math.max(0, (centre - spread) / scale),
    Math.min(1, (centre + spread) / scale),
  ];
  return { value: p, numerator, denominator, interval };
}

function runOf(scenario: Scenario, deployment: Deployment, repeat: number): RunResult {
  const story = storyOf(scenario.name, deployment.name, repeat);
  const series = plausibleSeries(story);
  return {
    scenario: scenario.name,
    deployment: deployment.name,
    repeat,
    folder: `runs/${scenario.name}-${deployment.name}-${repeat}`,
    ended: 'completed',
    metrics: metricsOf(story, series),
    checks: checksOf(story),
    verdict: 'pass',
    predictions: predictionsOf(story),
    warnings: [],
    series,
    evidence: evidenceOf(story),
  };
}

const noInput = { notApplicable: 'no call of the journey answers questions' };
const noStreams = { notApplicable: 'no call of the journey is asked for with a stream' };

function metricsOf(story: Story, series: RunResult['series']): Metrics {
  const total = (pick: (w: RunResult['series']['windows'][number]) => number) =>
    series.windows.reduce((sum, w) => sum + pick(w), 0);
  const intended = total((w) => w.intended);
  const recovered = total((w) => w.recovered);
  const at = (p: number, key: 'latencyMs' | 'serviceMs') =>
    series.percentiles.find((point) => point.percentile === p)?.[key] ?? null;
  const distribution = (key: 'latencyMs' | 'serviceMs') => ({
    count: recovered,
    p50: at(50, key),
    p90: at(90, key),
    p99: at(99, key),
    p999: at(99.9, key),
    max: at(100, key),
  });
  const { lost, crash } = story;
  return {
    session_loss: story.sessions
      ? {
          ...rateOf(lost, 60),
          causes: { misroute: lost - crash, crash, expiry: 0, unattributed: 0 },
          answers: lost > 0 ? { '404 -32001': lost } : {},
          replacements: story.misrouted ? { lost: 402, opened: 431 } : { lost: 0, opened: lost },
        }
      : { notApplicable: '2026-07-28 has no sessions' },
    state_loss: { ...rateOf(lost, 60), unjudged: 0 },
    availability: {
      ...rateOf(
        total((w) => w.ok),
        intended,
      ),
      recovered: rateOf(recovered, intended),
    },
    latency_ms: distribution('latencyMs'),
    service_ms: distribution('serviceMs'),
    recovery_ms:
      story.scenario === 'scale-out'
        ? { notApplicable: 'a scale-out takes nothing away that would have to come back' }
        : {
            value: story.misrouted ? null : 1250,
            faults: [{ fault: 0, name: story.scenario, value: story.misrouted ? null : 1250 }],
            baseline: 0.99,
            epsilon: 0.01,
            windowMs: 250,
            holdWindows: 3,
          },
    duplicate_execution: rateOf(0, recovered),
    lost_update: story.misrouted
      ? { ...rateOf(37, 60), recovered: 0, unexpected: 0, uncommitted: 0 }
      : { ...rateOf(0, 431), recovered: story.scenario === 'crash' ? 2 : 0, unexpected: 0, uncommitted: 0 },
    result_loss: rateOf(0, recovered),
    misdelivery: rateOf(0, recovered),
    state_leak: rateOf(0, 60),
    stream_loss: noStreams,
    stream_duplicate: noStreams,
    stream_leak: noStreams,
    input_loss: noInput,
    state_forgery: noInput,
    ...noChanges('no client of the journey listens for changes').metrics,
    replica_cpu: { value: 1.9, cpuMs: 1.9 * recovered, calls: recovered },
    replica_rss: { peak: 96.4, growth: 3.1, perSession: { value: 0.12 } },
    load_skew: {
      value: story.skew,
      coefficientOfVariation: story.skew - 1,
      count: intended,
      sessions: story.sessions
        ? { value: 1.05, coefficientOfVariation: 0.04, count: 60 }
        : { notApplicable: '2026-07-28 has no sessions' },
    },
    session_recovery_ms: story.sessions
      ? { count: lost, p50: 24, p90: 38, p99: 52, p999: 52, max: 52, never: 0 }
      : { notApplicable: '2026-07-28 has no sessions' },
    ready_ms: { notApplicable: 'no replica was added or replaced' },
    handshake_overhead: { notApplicable: 'the client did not record the bytes of the protocol' },
    generator_health: { notApplicable: 'the load generator recorded nothing of itself' },
    ...noTasks('no call of the journey is made as a task').metrics,
    send_lag_ms: { count: intended, p50: 0.2, p90: 0.6, p99: 1.8, p999: 4.1, max: 6.3, missed: 0 },
  };
}

function checksOf({ lost, sessions, misrouted }: Story): Check[] {
  const check = (id: string, observed: string, limit: string, reason = ''): Check => ({
    id,
    ...(id === 'session_loss' ? { metric: id } : {}),
    verdict: 'pass',
    observed,
    limit,
    reason,
  });
  const why = misrouted
    ? 'A follow-up request finds its session with probability 1/N, so almost none survives k of them - (1/N)^k.'
    : 'The sessions that the stopped replicas held.';
  return [
    ...(sessions && lost > 0
      ? [
          check('session_loss', `${lost} of 60`, lost === 60 ? '>= 95 %' : '10 % to 60 %', why),
          check('state_loss', `${lost} of 60`, lost === 60 ? '>= 95 %' : '10 % to 60 %', why),
        ]
      : [
          ...(sessions ? [check('no-session-loss', '0 of 60', '0')] : []),
          check('no-state-loss', '0 of 60', '0', 'The basket lives behind a handle in the shared store.'),
        ]),
    ...(misrouted ? [] : [check('no-lost-update', '0 of 431', '0', 'What was acknowledged must be there.')]),
    check('no-duplicate-execution', '0 of 1080', '0'),
    check('record-complete', '1080 operations of 60 clients', 'every client and operation'),
    check('generator-on-time', '1.8 ms late at p99', '<= 50 ms late at p99'),
  ];
}

/** Of a crash under session affinity: the sessions that one of three replicas held. */
function predictionsOf({ scenario, sessions, misrouted, lost }: Story): Prediction[] {
  if (scenario !== 'crash' || !sessions || misrouted) return [];
  return [
    {
      id: 'affinity-crash',
      metric: 'session_loss',
      what: 'sessions lost when one of 3 replicas crashes',
      formula: '1/N = 1/3',
      source: 'sessions are spread evenly over N replicas',
      predicted: 1 / 3,
      interval: [0.18, 0.5],
      measured: lost / 60,
      verdict: 'pass',
      reason: '',
    },
  ];
}
