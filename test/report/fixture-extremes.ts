import type { Metrics } from '../../src/measure/index.ts';
import { noTasks } from '../../src/measure/tasks/none.ts';
import type { Results, RunResult } from '../../src/verdict/index.ts';
import { exampleResults, rateOf } from './fixture.ts';

/** Results that no report may stumble over. */

/** Markup, an escape sequence and a bidirectional override, as a server under test could send them. */
export const hostile =
  '<script>alert("x")</script><img src=x onerror=alert(1)>\u001b[31m\u202e&amp;\'`${7*7}';

/** What a spreadsheet would run. */
export const formula = '=cmd|\' /C calc\'!A0,"</script>"';

/** The same text wherever something that is not ours is shown. */
export function hostileResults(): Results {
  const results = exampleResults();
  results.tool = { name: 'mcp-windtunnel', version: hostile };
  results.command = hostile;
  results.environment = {
    ...results.environment,
    node: hostile,
    cpu: hostile,
    os: hostile,
    packages: { [hostile]: hostile },
  };
  results.cutShort = hostile;
  for (const scenario of results.scenarios) {
    scenario.question = hostile;
    scenario.name = `${hostile} ${scenario.name}`;
  }
  for (const deployment of results.deployments) {
    deployment.description = hostile;
    deployment.name = `${hostile} ${deployment.name}`;
  }
  for (const run of results.runs) {
    run.scenario = `${hostile} ${run.scenario}`;
    run.deployment = `${hostile} ${run.deployment}`;
    run.warnings = [hostile];
    run.checks = [{ id: hostile, verdict: 'fail', observed: hostile, limit: hostile, reason: hostile }];
    run.verdict = 'fail';
    run.series.failures = [{ kind: hostile, count: 3, example: hostile }];
    run.series.faults = run.series.faults.map((fault) => ({ ...fault, name: hostile, targets: [hostile] }));
    run.series.load = run.series.load.map(({ startMs }) => ({ startMs, requests: { [hostile]: 3 } }));
    spoil(run.evidence);
    run.predictions = [
      {
        id: hostile,
        metric: hostile,
        what: hostile,
        formula: hostile,
        source: hostile,
        predicted: 0.5,
        interval: [0, 0.1],
        measured: 0.5,
        verdict: 'fail',
        reason: hostile,
      },
    ];
    run.metrics.session_loss = { notApplicable: hostile };
    run.metrics.recovery_ms = { notApplicable: hostile };
  }
  results.verdict = 'fail';
  return results;
}

/** Every text that a server or a balancer could have written. */
function spoil(evidence: RunResult['evidence']): void {
  evidence.stories = evidence.stories.map((story) => ({
    ...story,
    client: `${hostile} ${story.client}`,
    calls: story.calls.map(([atMs, tookMs, , outcome]) => [atMs, tookMs, hostile, outcome, formula]),
  }));
  evidence.exchanges = evidence.exchanges.map((exchange) => ({
    ...exchange,
    about: hostile,
    asked: hostile,
    client: hostile,
    opId: hostile,
    replica: { replica: hostile, boot: 1 },
    request: { method: hostile, path: hostile, headers: [[hostile, hostile]], body: hostile },
    answer: { status: 404, headers: [[hostile, hostile]], body: `</script></pre>${hostile}` },
    failure: { kind: 'rejected', message: hostile },
    ledger: [{ event: 'begin', atMs: 1, replica: hostile, boot: 1 }],
  }));
}

export function oneDeployment(): Results {
  return exampleResults({ scenarios: ['rolling-restart'], deployments: ['stateful-sticky'] });
}

export const eightNames = [
  'stateful-round-robin',
  'stateful-round-robin-behind-haproxy-in-another-availability-zone',
  'stateful-sticky',
  'stateful-sticky-sdk-v1',
  'stateless',
  'stateless-local-state',
  'stateless-on-nginx',
  'stateful-sticky-consistent-hash',
];

export function eightDeployments(): Results {
  return exampleResults({ deployments: eightNames });
}

export function thirtySixRuns(): Results {
  return exampleResults({
    scenarios: ['rolling-restart', 'crash', 'scale-out', 'scale-in', 'freeze', 'steady'],
    deployments: eightNames.slice(0, 6),
  });
}

export function repeated(): Results {
  return exampleResults({ repeats: 5 });
}

/** No operation ended ok, and nothing was intended either. */
export function noSamples(): Results {
  const results = exampleResults();
  for (const run of results.runs) {
    emptyRun(run);
  }
  results.verdict = 'unknown';
  return results;
}

export function cutShort(): Results {
  const results = exampleResults();
  results.cutShort = 'Ctrl-C after 4 of 9 runs';
  results.runs = results.runs.slice(0, 4);
  const last = results.runs[3];
  if (last) emptyRun(last);
  results.verdict = 'unknown';
  return results;
}

/** One check fails, one cannot be judged, and the generator was late. */
export function failing(): Results {
  const results = exampleResults();
  const [, sticky, stateless] = results.runs;
  if (!sticky || !stateless) return results;
  stateless.metrics.state_loss = { ...rateOf(3, 60), unjudged: 2 };
  stateless.checks = stateless.checks.map((check) =>
    check.id === 'no-state-loss'
      ? { ...check, verdict: 'fail', observed: '3 of 60', reason: 'A handle must outlive the replica.' }
      : check,
  );
  stateless.verdict = 'fail';
  sticky.checks = sticky.checks.map((check) =>
    check.id === 'generator-on-time'
      ? { ...check, verdict: 'unknown', observed: '83 ms late at p99', reason: 'lower --rate or --sessions' }
      : check,
  );
  sticky.verdict = 'unknown';
  sticky.warnings = [
    'The event loop stood still for 412 ms; close other programs or lower --rate.',
    'Only 2 cores for 3 replicas and the generator; latencies are pessimistic.',
  ];
  results.verdict = 'fail';
  return results;
}

function emptyRun(run: RunResult): void {
  const none = { count: 0, p50: null, p90: null, p99: null, p999: null, max: null, missed: 0 };
  const empty = rateOf(0, 0);
  const sessions = 'notApplicable' in run.metrics.session_loss;
  const metrics: Metrics = {
    ...run.metrics,
    session_loss: sessions
      ? run.metrics.session_loss
      : {
          ...empty,
          causes: { misroute: 0, crash: 0, expiry: 0, unattributed: 0 },
          answers: {},
          replacements: { lost: 0, opened: 0 },
        },
    state_loss: { ...empty, unjudged: 0 },
    availability: { ...empty, recovered: empty },
    latency_ms: none,
    service_ms: none,
    session_recovery_ms: { ...none, never: 0 },
    ready_ms: { notApplicable: 'no replica was added or replaced' },
    handshake_overhead: { notApplicable: 'the client did not record the bytes of the protocol' },
    generator_health: { notApplicable: 'the load generator recorded nothing of itself' },
    ...noTasks('no call of the journey is made as a task').metrics,
    send_lag_ms: { ...none, missed: 0 },
    recovery_ms: { notApplicable: 'no fault began' },
    duplicate_execution: { notApplicable: 'the server keeps no ledger' },
    lost_update: { ...empty, recovered: 0, unexpected: 0, uncommitted: 0 },
    result_loss: empty,
    misdelivery: empty,
    state_leak: empty,
    replica_cpu: { value: null, cpuMs: 0, calls: 0 },
    replica_rss: { peak: null, growth: null, perSession: { value: null } },
    load_skew: {
      value: null,
      coefficientOfVariation: null,
      count: 0,
      sessions: { notApplicable: 'no session was opened' },
    },
  };
  run.metrics = metrics;
  run.checks = [
    { id: 'state_loss', verdict: 'unknown', observed: 'no samples', limit: '0', reason: 'nothing was seen' },
  ];
  run.verdict = 'unknown';
  run.evidence = { clients: 0, stories: [], exchanges: [], tasks: { stories: [], tasks: 0, anomalies: 0 } };
  run.predictions = [];
  run.series = {
    ...run.series,
    windows: [],
    clients: [],
    survival: { of: 'session', watched: 0, lost: 0, points: [] },
    taskSurvival: { points: [] },
    faults: [],
    upstreams: [],
    load: [],
    failures: [],
    percentiles: run.series.percentiles.map((p) => ({ ...p, latencyMs: 0, serviceMs: 0 })),
  };
}

/** An hour in windows of 100 ms, 30 replicas, and faults that crowd together. */
export function longSoak(): Results {
  const results = exampleResults({ scenarios: ['soak'] });
  for (const run of results.runs) {
    const [window] = run.series.windows;
    const windows = Array.from({ length: 36_000 }, (_, i) => ({
      startMs: i * 100,
      intended: 12,
      ok: i % 977 === 0 ? 3 : 12,
      recovered: 12,
      p50Ms: 4 + (i % 13) / 10,
      p99Ms: i % 977 === 0 ? 900 : 20 + (i % 7),
    }));
    run.series = {
      ...run.series,
      windowMs: 100,
      durationMs: 3_600_000,
      windows: window ? windows : [],
      load: windows.map(({ startMs }, i) => ({
        startMs,
        requests: Object.fromEntries(Array.from({ length: 30 }, (_, r) => [`replica-${r + 1}`, (i + r) % 3])),
      })),
      clients: Array.from({ length: 20_000 }, (_, i) => ({
        atMs: i * 170,
        intact: 50 - (i % 7),
        lost: i % 7,
      })),
      faults: Array.from({ length: 40 }, (_, i) => ({
        fault: i,
        name: ['crash', 'freeze', 'rolling-restart'][i % 3] ?? '',
        targets: [`replica-${i}`],
        startMs: 100_000 + i * 80_000,
        endMs: i === 39 ? null : 130_000 + i * 80_000,
      })),
    };
  }
  return results;
}
