import { type Prng, seededPrng } from '../../src/core/index.ts';
import type { Series } from '../../src/measure/index.ts';
import { survivalOf } from './fixture-evidence.ts';

/** Series that look like those of a real run of 60 clients, 120 operations/s and 3 replicas for 10 s. */

export interface Story {
  scenario: string;
  sessions: boolean;
  /** Round robin over sessions in memory: hardly any request meets its session. */
  misrouted: boolean;
  lost: number;
  crash: number;
  skew: number;
  fault: { startMs: number; endMs: number };
  prng: Prng;
}

const durationMs = 10_000;
const windowMs = 250;

export function storyOf(scenario: string, deployment: string, repeat: number): Story {
  const prng = seededPrng(7).fork(`${scenario} ${deployment} ${repeat}`);
  const sessions = !deployment.startsWith('stateless');
  const misrouted = sessions && !deployment.includes('sticky');
  const byFault = scenario === 'rolling-restart' ? 60 : scenario === 'crash' ? 18 + prng.below(5) : 0;
  const lost = misrouted ? 60 : sessions ? byFault : 0;
  const lengthMs = scenario === 'rolling-restart' ? 3150 : scenario === 'crash' ? 620 : 710;
  const startMs = 4000 + prng.next() * 3;
  return {
    scenario,
    sessions,
    misrouted,
    lost,
    crash: misrouted ? 0 : lost,
    skew: 1 + (sessions && !misrouted ? 0.18 : 0.02) + prng.next() * 0.03,
    fault: { startMs, endMs: startMs + lengthMs + prng.next() * 90 },
    prng,
  };
}

export function plausibleSeries(story: Story): Series {
  const windows = Array.from({ length: durationMs / windowMs }, (_, i) => windowOf(story, i * windowMs));
  return {
    windowMs,
    durationMs,
    windows,
    clients: clientsOf(story),
    survival: survivalOf(story),
    taskSurvival: { points: [] },
    faults: [
      {
        fault: 0,
        name: story.scenario,
        targets:
          story.scenario === 'crash' ? ['r2'] : story.scenario === 'scale-out' ? ['r4'] : ['r1', 'r2', 'r3'],
        ...story.fault,
      },
    ],
    upstreams: [{ atMs: 0, replicas: ['r1', 'r2', 'r3'] }],
    load: windows.map(({ startMs, intended }) => ({ startMs, requests: loadOf(story, startMs, intended) })),
    percentiles: percentilesOf(story),
    failures: failuresOf(story),
  };
}

/** How hard the fault bites at a time, from 0 to 1. */
function bite({ scenario, fault, prng }: Story, atMs: number): number {
  const sinceMs = atMs - fault.startMs;
  if (scenario === 'scale-out' || sinceMs < -windowMs || atMs > fault.endMs + 400) return 0;
  const wave = scenario === 'crash' ? 1 - sinceMs / 1100 : (sinceMs % 1050) / 1050 < 0.45 ? 1 : 0.15;
  return Math.max(0, Math.min(1, wave + prng.next() * 0.1));
}

function windowOf(story: Story, startMs: number): Series['windows'][number] {
  const { prng, misrouted, sessions } = story;
  const ramp = Math.min(1, (startMs + windowMs / 2) / 2000) * Math.min(1, (durationMs - startMs) / 400);
  const intended = Math.round(30 * ramp + (prng.next() - 0.5) * 3);
  const hurt = bite(story, startMs);
  const rawShare = misrouted ? 0.36 + prng.next() * 0.08 : 1 - hurt * (sessions ? 0.34 : 0.05);
  const finalShare = misrouted ? 0.62 + prng.next() * 0.1 : 1 - hurt * (sessions ? 0.06 : 0.04);
  const recovered = Math.round(intended * finalShare);
  const slow = 1 + hurt * (sessions ? 9 : 3);
  const p50 = (misrouted ? 9 : 4.2) * (1 + prng.next() * 0.25);
  return {
    startMs,
    intended,
    ok: Math.min(recovered, Math.round(intended * rawShare)),
    recovered,
    p50Ms: recovered === 0 ? null : p50,
    p99Ms: recovered === 0 ? null : (24 + prng.next() * 9) * slow * (misrouted ? 1.6 : 1),
  };
}

function clientsOf(story: Story): Series['clients'] {
  const { prng, fault } = story;
  const changes: { atMs: number; intact: number; lost: number }[] = [];
  for (let i = 0; i < 60; i++) {
    const bornMs = prng.next() * 2000;
    changes.push({ atMs: bornMs, intact: 1, lost: 0 });
    const loses = i < story.lost;
    const nextUseMs = prng.next() * 500;
    const lostMs = story.misrouted
      ? bornMs + 10 + nextUseMs
      : fault.startMs + (story.scenario === 'crash' ? 0 : (i % 3) * 1050) + nextUseMs;
    if (loses) changes.push({ atMs: lostMs, intact: -1, lost: 1 });
    changes.push({
      atMs: durationMs - prng.next() * 480,
      intact: loses ? 0 : -1,
      lost: loses ? -1 : 0,
    });
  }
  let intact = 0;
  let lost = 0;
  return changes
    .sort((a, b) => a.atMs - b.atMs)
    .map((change) => {
      intact += change.intact;
      lost += change.lost;
      return { atMs: change.atMs, intact, lost };
    });
}

function loadOf(story: Story, startMs: number, intended: number): Record<string, number> {
  const { scenario, fault, prng, sessions, misrouted } = story;
  const down = (replica: number) =>
    scenario === 'rolling-restart'
      ? startMs >= fault.startMs + (replica - 1) * 1050 &&
        startMs < fault.startMs + (replica - 1) * 1050 + 700
      : scenario === 'crash' && replica === 2 && startMs >= fault.startMs && startMs < fault.endMs;
  const up = [1, 2, 3].filter((replica) => !down(replica));
  const joins = scenario === 'scale-out' && startMs > fault.endMs && (!sessions || misrouted);
  const members = joins ? [...up, 4] : up;
  const requests = misrouted ? intended * 1.9 : intended;
  return Object.fromEntries(
    members.map((replica) => [
      `r${replica}`,
      Math.round(
        (requests / members.length) * (1 + (prng.next() - 0.5) * (sessions && !misrouted ? 0.5 : 0.08)),
      ),
    ]),
  );
}

const curve = [1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 97.5, 99, 99.5, 99.9, 99.95, 99.99, 100];

function percentilesOf({ misrouted, sessions, scenario }: Story): Series['percentiles'] {
  const base = misrouted ? 7 : 3.1;
  const tail = scenario === 'scale-out' ? 0.55 : sessions ? (misrouted ? 0.75 : 1.15) : 0.8;
  return curve.map((percentile) => {
    const nines = Math.min(3.03, -Math.log10(1 - percentile / 100 || 1e-9));
    return {
      percentile,
      latencyMs: base * 10 ** (0.22 * nines + tail * Math.max(0, nines - 0.9) * 0.55),
      serviceMs: base * 0.9 * 10 ** (0.21 * nines + tail * Math.max(0, nines - 1.6) * 0.4),
    };
  });
}

function failuresOf({ misrouted, lost, scenario }: Story): Series['failures'] {
  if (misrouted) {
    return [
      { kind: 'unknown-session', count: 372, example: 'basket_add · HTTP 404 · -32001 · Session not found' },
      { kind: 'not-sent', count: 18, example: 'basket_read' },
    ];
  }
  if (lost > 0)
    return [{ kind: 'tool-error', count: lost, example: 'basket_read · no basket in this session' }];
  return scenario === 'crash'
    ? [{ kind: 'broken', count: 2, example: 'work · HTTP 502 · socket hang up' }]
    : [];
}
