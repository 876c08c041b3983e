import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Prediction, Results } from '../../src/verdict/index.ts';
import { cli, temporaryFolder } from '../support/cli.ts';

/**
 * Real runs, held against arithmetic. Each prediction allows what chance does in 99 of 100 runs; with dozens of
 * them in a test, those that leave something to chance get 1.6 times that room here, which is 4 standard
 * deviations. What is exact stays exact.
 */
const room = 1.6;

async function run(args: string[], expected: Record<string, string[]>): Promise<void> {
  using folder = temporaryFolder();
  const out = join(folder.path, 'experiment');
  const deployments = Object.keys(expected).join();
  await cli(['run', ...args, '--deployment', deployments, '--seed', '7', '--quiet', '--out', out]);
  const results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;
  const told = results.runs.map(({ deployment, predictions }) => [
    deployment,
    predictions.map((one) => one.id),
  ]);
  expect(Object.fromEntries(told)).toEqual(expected);
  const all = results.runs.flatMap(({ deployment, metrics, predictions }) => {
    const isSlow = (metrics.service_ms.p90 ?? Number.POSITIVE_INFINITY) > slowMs;
    const judged = predictions.filter(({ id }) => !(isSlow && byTiming.includes(id)));
    return judged.map((one) => ({ deployment, ...one }));
  });
  expect(all.filter((one) => !agrees(one))).toEqual([]);
}

/** What a machine decides that is too busy: how much waits, how often a task is asked for, what is under way at a crash. */
const byTiming = ['crash-in-flight', 'crash-streams-in-flight', 'freeze-waits', 'freeze-p99', 'task-polls'];
/** Far more than the servers of these scenarios take. */
const slowMs = 100;

/** Also where a run has no verdict, since the generator came late: what is counted does not depend on it. */
function agrees({ predicted, interval: [low, high], measured }: Prediction): boolean {
  if (measured === null) return false;
  const least = low === high ? low : predicted - (predicted - low) * room;
  const most = low === high ? high : predicted + (high - predicted) * room;
  return measured >= least - 1e-9 && measured <= most + 1e-9;
}

describe('what is measured agrees with arithmetic', () => {
  it('when nothing happens', async () => {
    await run(['steady', '--duration', '5s'], {
      'stateful-round-robin': ['follow-up-found', 'session-survives'],
      'stateful-hash': ['affinity-keeps'],
      'stateless-local-state': ['handle-found'],
    });
  });

  it('in a crash', async () => {
    await run(['crash', '--duration', '6s'], {
      'stateful-sticky': ['affinity-crash', 'affinity-held'],
      'stateful-consistent-hash': ['affinity-crash'],
      'stateful-shared-store': ['shared-session-loss', 'shared-state-loss', 'crash-in-flight'],
    });
  });

  it('in a rolling restart', async () => {
    await run(['rolling-restart', '--duration', '10s'], {
      'stateful-sticky': ['affinity-rolling-restart'],
      'stateful-shared-store': ['shared-session-loss', 'shared-state-loss'],
    });
  });

  it('when replicas join', async () => {
    await run(['scale-out', '--duration', '8s'], {
      'stateful-sticky': ['learned-scale-out'],
      'stateful-hash': ['hash-scale-out'],
      'stateful-consistent-hash': ['consistent-hash-scale-out'],
    });
  });

  it('when one leaves', async () => {
    await run(['scale-in', '--duration', '5s'], {
      'stateful-sticky': ['affinity-scale-in', 'affinity-held'],
      'stateful-hash': ['hash-scale-in'],
    });
  });

  it('when one stands still', async () => {
    await run(['freeze', '--duration', '8s'], {
      'stateful-sticky': ['affinity-keeps', 'freeze-waits', 'freeze-p99'],
      'stateless-local-state': ['handle-found', 'freeze-waits', 'freeze-p99'],
    });
  });

  it('when the owner of tasks dies', async () => {
    await run(['task-handover'], {
      'stateful-tasks-memory': ['affinity-crash', 'affinity-held', 'task-held', 'task-polls'],
      'stateless-tasks-memory': ['task-found', 'task-survives'],
      'stateless-tasks-shared': [
        'task-shared-loss',
        'task-once',
        'task-taken-over',
        'task-repeats',
        'task-polls',
      ],
    });
  });

  it('when tasks ask, and one of their replicas dies', async () => {
    await run(['task-input', '--duration', '3s'], {
      'stateful-tasks-shared': [
        'shared-session-loss',
        'input-kept',
        'task-shared-loss',
        'task-once',
        'task-taken-over',
        'task-repeats',
      ],
    });
  });

  it('when streams break', async () => {
    await run(['blocking-call', '--duration', '6s'], {
      'stateful-streams-sticky': [
        'affinity-crash',
        'affinity-held',
        'stream-resumed',
        'crash-streams-cut',
        'crash-streams-in-flight',
      ],
      'stateful-streams-shared': [
        'shared-session-loss',
        'shared-stream-events',
        'stream-resumed',
        'crash-streams-cut',
        'crash-streams-in-flight',
        'crash-calls-dead',
        'late-results',
        'keyed-again',
      ],
    });
    await run(['stream-resume', '--duration', '5s'], {
      'stateful-streams-sticky': ['learned-scale-out', 'stream-resumed'],
      stateless: ['unkeyed-again'],
    });
  });
});
