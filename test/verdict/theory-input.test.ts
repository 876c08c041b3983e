import { describe, expect, it } from 'vitest';
import type { Facts, InputFacts, Metrics } from '../../src/measure/index.ts';
import { rate } from '../../src/measure/rate.ts';
import type { Deployment, JourneyStep, Scenario, TaskOptions } from '../../src/scenario/index.ts';
import { input } from '../../src/verdict/theory/input.ts';
import { inputRotation } from '../../src/verdict/theory/input-rotation.ts';
import { spec } from '../support/fakes.ts';

const crash: Scenario['faults'] = [{ fault: 'crash', at: '4s', atMs: 4000, replica: 1, replace: true }];
const sticky = { protocol: '2025-11-25', state: 'memory', routing: 'session-affinity' } as const;
const shared = { protocol: '2025-11-25', state: 'shared', routing: 'round-robin' } as const;
const stateless = { ...shared, protocol: '2026-07-28', server: 'stateless-v2' } as const;

/** The row's prediction for a run of 200 answered questions of which so many were lost. */
function predicted(
  deployment: Partial<Deployment>,
  lost: number,
  {
    faults = [],
    struck = null,
    tamper = false,
    retry = false,
    task,
    stalled = 0,
    more = [],
  }: {
    faults?: Scenario['faults'];
    struck?: InputFacts['struck'];
    tamper?: boolean;
    retry?: boolean;
    task?: Partial<TaskOptions>;
    stalled?: number;
    more?: JourneyStep[];
  } = {},
) {
  const answers = { action: 'accept', content: {}, after: '0ms', tamper } as const;
  const asTask: TaskOptions = { follow: 'poll', wait: true, by: 'itself', retries: 0, ...task };
  const journey: JourneyStep[] = [
    { call: 'report', arguments: {}, answers, ...(task && { task: asTask }) },
    ...more,
  ];
  const run = spec({ scenario: { faults }, workload: { journey } });
  const { policy } = run.scenario.workload;
  if (retry) run.scenario.workload.policy = { ...policy, unknownOutcome: 'retry' };
  const details = { rounds: { mean: 1, max: 1 }, unanswered: 0, cut: 0 };
  const metrics = {
    input_loss: { ...rate(lost, 200), ...details },
    task_loss: { kinds: { stalled } },
  } as unknown as Metrics;
  const quiet = { answered: 100, lost: lost / 2 };
  const facts = { input: { answered: 200, lost, quiet, struck } } as unknown as Facts;
  const of = { ...run.deployment, replicas: 3, ...deployment };
  const one = { scenario: run.scenario, deployment: of, metrics, facts };
  return [...input(one), ...inputRotation(one)][0];
}

describe('theory of questions', () => {
  it('2026-07-28: none is lost, whatever dies', () => {
    expect(predicted(stateless, 1, { faults: crash })).toMatchObject({
      ...{ id: 'input-anywhere', predicted: 0, interval: [0, 0], measured: 1 / 200 },
    });
  });

  it('2025-11-25 with affinity: what was open on the dead replica, and nothing without a crash', () => {
    const struck = { open: 3, inDoubt: 1 };
    expect(predicted(sticky, 3, { faults: crash, struck })).toMatchObject({
      ...{ id: 'input-held', predicted: 3 / 200, interval: [3 / 200, 4 / 200], measured: 3 / 200 },
    });
    expect(predicted(sticky, 0)).toMatchObject({ predicted: 0, interval: [0, 0] });
  });

  it('2025-11-25 in rotation over a shared store: all but one of N, of what comes before the first fault', () => {
    const one = predicted(shared, 134, { faults: crash });
    expect(one).toMatchObject({
      ...{ id: 'input-rotation', predicted: expect.closeTo(2 / 3), measured: 67 / 100 },
    });
    const [low, high] = one?.interval ?? [1, 0];
    expect(low).toBeGreaterThan(0.5);
    expect(high).toBeLessThan(0.8);
    expect(predicted(shared, 134, { tamper: true })).toBeUndefined();
    expect(predicted(shared, 134, { retry: true })).toBeUndefined();
  });

  it('says nothing of altered states, of calls that are sent again, and of others’ servers', () => {
    expect(predicted(stateless, 0, { tamper: true })).toBeUndefined();
    expect(predicted(sticky, 0, { retry: true })).toBeUndefined();
    expect(predicted({ ...stateless, server: { url: 'http://x/' } as never }, 0)).toBeUndefined();
    const rolling: Scenario['faults'] = [{ fault: 'freeze', at: '1s', atMs: 1000, replica: 1 } as never];
    expect(predicted(sticky, 0, { faults: rolling })).toBeUndefined();
  });
});

describe('theory of questions of tasks', () => {
  const kept = (store: 'memory' | 'shared') => ({ tasks: { store } }) as unknown as Partial<Deployment>;
  const affinity = { ...stateless, routing: 'task-affinity' } as const;
  const struck = { open: 3, inDoubt: 1 };

  it('in a shared store none is lost, in either revision and wherever the answer comes', () => {
    for (const deployment of [shared, stateless]) {
      const one = predicted({ ...deployment, ...kept('shared') }, 1, { faults: crash, struck, task: {} });
      expect(one).toMatchObject({ id: 'input-kept', predicted: 0, interval: [0, 0], measured: 1 / 200 });
    }
    expect(predicted({ ...sticky, ...kept('shared') }, 0, { task: {} })).toBeUndefined();
  });

  it('in memory with affinity: what was open on the dead replica', () => {
    for (const deployment of [sticky, affinity]) {
      const one = predicted({ ...deployment, ...kept('memory') }, 3, { faults: crash, struck, task: {} });
      expect(one).toMatchObject({ id: 'input-held', predicted: 3 / 200, interval: [3 / 200, 4 / 200] });
    }
  });

  it('says nothing where it is not known which replica was asked, or which has the task', () => {
    const of = (deployment: Partial<Deployment>, task: Partial<TaskOptions>) =>
      predicted({ ...deployment, ...kept('memory') }, 0, { faults: crash, struck, task });
    expect(of(sticky, { by: 'another' })).toBeUndefined();
    expect(of(affinity, { follow: 'notifications' })).toBeUndefined();
    expect(of(shared, {})).toBeUndefined();
    expect(of(stateless, {})).toBeUndefined();
  });

  it('does not judge tasks that did not end in time, and says nothing where only some calls are tasks', () => {
    const deployment = { ...shared, ...kept('shared') };
    expect(predicted(deployment, 1, { task: {}, stalled: 1 })?.doubt).toContain('deadline');
    const { answers } = { answers: { action: 'accept', content: {}, after: '0ms', tamper: false } } as const;
    const more = [{ call: 'report', arguments: {}, answers }];
    expect(predicted(deployment, 0, { task: {}, more })).toBeUndefined();
  });
});
