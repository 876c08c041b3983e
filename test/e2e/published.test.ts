import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/record/index.ts';
import type { Results, RunResult } from '../../src/verdict/index.ts';
import { answeredCalls } from '../../src/verdict/theory/calls-until-lost.ts';
import { binomial, sumOf } from '../../src/verdict/theory/chance.ts';
import { cli, temporaryFolder } from '../support/cli.ts';

/** Cases that were published, run for real: the published numbers and ours must fit one arithmetic. */

interface Experiment {
  of(deployment: string): RunResult;
  events(deployment: string): RunEvent[];
}

async function onTwoReplicas<T>(
  scenario: string,
  deployments: string[],
  look: (experiment: Experiment) => T,
): Promise<T> {
  using folder = temporaryFolder();
  const out = join(folder.path, 'experiment');
  const args = [
    '--deployment',
    deployments.join(),
    '--replicas',
    '2',
    '--seed',
    '7',
    '--quiet',
    '--out',
    out,
  ];
  await cli(['run', scenario, ...args]);
  const results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;
  return look({
    of: (deployment) => {
      const run = results.runs.find((one) => one.deployment === deployment);
      if (run === undefined) throw new Error(`no run of ${deployment}`);
      return run;
    },
    events: (deployment) =>
      readFileSync(join(out, `runs/${deployment}-0/events.ndjson`), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
  });
}

/** 4 standard deviations instead of the 2.58 of a 99 % interval, so that no test fails by chance. */
const within = (value: number, middle: number, [low, high]: readonly [number, number]) => {
  expect(value).toBeGreaterThanOrEqual(middle - (middle - low) * 1.6);
  expect(value).toBeLessThanOrEqual(middle + (high - middle) * 1.6);
};

describe('mcp-gateway-registry#1021: 2 replicas, round robin', () => {
  const published = { sessions: 250, completed: 0, calls: 394, answered: 144 };
  const calls = 16;
  const expected = sumOf([{ probabilities: answeredCalls(calls, 2), times: published.sessions }]);

  it('is what arithmetic allows', () => {
    // Each session that did not complete ended with one failed call.
    expect(published.calls - published.answered).toBe(published.sessions - published.completed);
    expect(expected.mean).toBeCloseTo(125, 1);
    expect(published.answered).toBeGreaterThanOrEqual(expected.interval[0]);
    expect(published.answered).toBeLessThanOrEqual(expected.interval[1]);
  });

  it('is reproduced: no session completes, and about a third of the calls is answered', async () => {
    await onTwoReplicas('published-two-replicas', ['stateful-round-robin'], ({ of, events }) => {
      const log = events('stateful-round-robin');
      const lost = new Set(log.flatMap((event) => (event.type === 'session-lost' ? [event.client] : [])));
      const answered = new Map([...lost].map((client) => [client, 0]));
      const completed = new Map<string, number>();
      for (const event of log) {
        if (event.type !== 'operation' || event.outcome !== 'ok') continue;
        const { client } = event;
        if (lost.has(client)) answered.set(client, (answered.get(client) ?? 0) + 1);
        completed.set(client, (completed.get(client) ?? 0) + 1);
      }
      expect(log.filter((event) => event.type === 'session-opened')).toHaveLength(published.sessions);
      // One in 500 experiments sees one session complete.
      expect([...completed.values()].filter((count) => count === calls).length).toBeLessThanOrEqual(1);
      // On a machine that is too busy for its schedule some sessions end by a deadline, and say nothing.
      expect(lost.size).toBeGreaterThan(published.sessions / 2);
      const ours = sumOf([{ probabilities: answeredCalls(calls, 2), times: lost.size }]);
      within(
        [...answered.values()].reduce((sum, count) => sum + count, 0),
        ours.mean,
        ours.interval,
      );
      const told = of('stateful-round-robin').predictions.map(({ id }) => id);
      expect(told).toEqual(['follow-up-found', 'session-survives', 'calls-until-lost']);
      expect(of('stateful-round-robin').metrics.session_loss).toMatchObject({
        answers: { '404 -32001': lost.size },
        causes: { misroute: lost.size },
      });
    });
  });
});

describe('akb#596: the same call through the balancer, pinned, and without sessions', () => {
  const published = { balanced: [10, 16], one: [10, 20], revisions: [24, 56], pinned: [16, 16] } as const;

  it('is what arithmetic allows: 1/2, and 1', () => {
    for (const [answered, calls] of [published.balanced, published.one, published.revisions]) {
      const [low, high] = binomial(calls, 1 / 2);
      expect(answered).toBeGreaterThanOrEqual(low);
      expect(answered).toBeLessThanOrEqual(high);
    }
    expect(binomial(16, 1 / 2)).toEqual([3, 13]);
    expect(published.pinned[0]).toBe(published.pinned[1]);
  });

  it('is reproduced', async () => {
    const deployments = ['stateful-round-robin', 'stateful-sticky', 'stateless'];
    await onTwoReplicas('published-same-call', deployments, ({ of, events }) => {
      const { numerator, denominator } = of('stateful-round-robin').metrics.availability;
      expect(denominator).toBe(60 * 16);
      within(numerator, denominator / 2, binomial(denominator, 1 / 2));
      for (const deployment of ['stateful-sticky', 'stateless']) {
        const unknown = events(deployment).filter(
          (event) => event.type === 'operation' && event.failure?.kind === 'unknown-session',
        );
        expect(unknown).toEqual([]);
        expect(of(deployment).metrics.availability.denominator).toBe(60 * 16);
      }
      expect(of('stateful-sticky').metrics.session_loss).toMatchObject({ numerator: 0, denominator: 60 });
      expect(of('stateless').metrics.session_loss).toHaveProperty('notApplicable');
    });
  });
});
