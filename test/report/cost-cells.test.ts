import { describe, expect, it } from 'vitest';
import type { Metrics } from '../../src/measure/index.ts';
import { experimentOf, numberRows } from '../../src/report/findings/index.ts';
import { oneCrash } from './fixture.ts';
import { noSamples } from './fixture-extremes.ts';

const cell = (id: string, changes: Partial<Metrics> = {}, results = oneCrash()) => {
  for (const run of results.runs) Object.assign(run.metrics, changes);
  const rows = numberRows(experimentOf(results).scenarios[0]?.cells ?? []);
  return rows.find((row) => row.id === id)?.cells[0];
};

describe('the rows of costs', () => {
  it('say how long a replica took to join, step by step', () => {
    const steps = { startedMs: 12, listeningMs: 210, answeredMs: 340, balancedMs: 360, fairShareMs: null };
    const replicas = [{ replica: 'r4', boot: 1, why: 'scale-out' as const, ...steps }];
    expect(cell('ready_ms', { ready_ms: { value: 360, replicas } })).toEqual({
      text: '360 ms',
      details: [
        'r4 (scale-out): process 12 ms, listens 210 ms, answers 340 ms, balanced ok 360 ms, fair share never',
      ],
      tone: 'plain',
    });
    expect(cell('ready_ms', { ready_ms: { value: null, replicas } })).toMatchObject({
      text: 'not before the end',
      tone: 'lost',
    });
  });

  it('say what lost sessions cost their clients', () => {
    const times = { count: 20, p50: 24, p90: 38, p99: 52, p999: 52, max: 52, never: 3 };
    expect(cell('session_recovery_ms.p50', { session_recovery_ms: times })).toEqual({
      text: '24 ms',
      details: ['3 clients got no ok any more'],
      tone: 'plain',
    });
    expect(cell('session_recovery_ms.p99', { session_recovery_ms: times })).toMatchObject({
      text: '52 ms',
      details: [],
    });
  });

  it('say what the protocol, the replicas and the generator took', () => {
    const handshakes = { count: 82, requests: 164, bytes: 98_400, ms: 410 };
    const perUsefulCall = { requests: 0.164, bytes: 98.4, ms: 0.41, callBytes: 112 };
    const overhead = { usefulCalls: 1000, value: 210.4, handshakes, callBytes: 112_000, perUsefulCall };
    expect(cell('handshake_overhead', { handshake_overhead: overhead })).toMatchObject({
      text: '210 bytes',
      details: [
        '82 handshakes for 1,000 useful calls',
        'per call 0.16 requests and 0.41 ms of handshakes, 112 bytes of its own',
      ],
    });
    expect(cell('replica_cpu', { replica_cpu: { value: 1.9, cpuMs: 1900, calls: 1000 } })).toMatchObject({
      text: '1.9 ms',
      details: ['1.9 s for 1,000 useful calls'],
    });
    const rss = { peak: 96.42, growth: null, perSession: { value: 0.12 } };
    expect(cell('replica_rss.peak', { replica_rss: rss })).toMatchObject({
      text: '96.4 MB',
      details: ['growth: the run was too short to tell', '0.12 MB per session held'],
    });
    const busy = { p50: 0.12, max: 0.4 };
    const delayMs = { p50: 1.2, max: 14 };
    const health = {
      threads: 2,
      samples: 20,
      busy,
      delayMs,
      cpu: 0.238,
      rssBytesMax: 9e7,
      sendLagMs: 2,
      missed: 0,
    };
    expect(cell('generator_health', { generator_health: health })).toMatchObject({
      text: '40.0 %',
      details: [
        '12.0 % in the median sample; 2 threads, 0.24 CPU',
        'event loop late by 1.2 ms in the median, 14 ms at most',
      ],
    });
  });

  it('give no number where nothing was seen, or where it has no meaning', () => {
    for (const id of ['ready_ms', 'handshake_overhead', 'generator_health']) {
      expect(cell(id)).toMatchObject({ text: 'n/a', tone: 'none', details: [expect.stringMatching(/\w/)] });
    }
    for (const id of [
      'replica_cpu',
      'replica_rss.peak',
      'session_recovery_ms.p50',
      'result_loss',
      'misdelivery',
    ]) {
      expect(cell(id, {}, noSamples())).toMatchObject({ text: 'no sample', tone: 'none' });
    }
  });
});
