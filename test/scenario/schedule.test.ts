import { describe, expect, it } from 'vitest';
import type { JourneyStep, Scenario } from '../../src/scenario/index.ts';
import { arrivalTimesUs, clientSchedule, fillTemplate, makePlan } from '../../src/scenario/index.ts';
import { catalog, request } from '../support/plan.ts';

function crash(changes: { workload?: Partial<Scenario['workload']> } = {}): Scenario {
  const plan = makePlan(request(), catalog);
  const [scenario] = plan.scenarios;
  if (!scenario) throw new Error('no scenario');
  return { ...scenario, workload: { ...scenario.workload, ...changes.workload } };
}

const callsOf = (scenario: Scenario, index = 0, arrivalUs = 0, seed = 7) => [
  ...clientSchedule(scenario, seed, index, arrivalUs).calls,
];
const times = (scenario: Scenario, index = 0, arrivalUs = 0, seed = 7) =>
  callsOf(scenario, index, arrivalUs, seed).map(({ due }) => ('atUs' in due ? due.atUs : Number.NaN));

const call = (tool: string): JourneyStep => ({ call: tool, arguments: {} });

describe('arrivals', () => {
  it('are the same for the same seed, others for another', () => {
    expect(arrivalTimesUs(crash(), 7)).toEqual(arrivalTimesUs(crash(), 7));
    expect(arrivalTimesUs(crash(), 7)).not.toEqual(arrivalTimesUs(crash(), 8));
  });
  it('lie in order within their time', () => {
    const arrivals = [...arrivalTimesUs(crash(), 7)];
    expect(arrivals).toEqual(arrivals.toSorted((a, b) => a - b));
    expect(arrivals).toHaveLength(60);
    expect(arrivals.at(-1)).toBeLessThan(2_000_000);
  });
});

describe('calls', () => {
  it('are the same for the same seed and client', () => {
    expect(times(crash(), 3)).toEqual(times(crash(), 3));
    expect(times(crash(), 3)).not.toEqual(times(crash(), 4));
  });

  it('fill the time of the client, each in its own slot, head and tail kept', () => {
    const calls = callsOf(crash(), 0, 1_000_000);
    const due = times(crash(), 0, 1_000_000);
    // 9 s left at one call every 60 / 120 s: 18 slots; 3 for head and tail, 7 rounds of two.
    expect(calls.map(({ step }) => step.call)).toEqual([
      'basket_create',
      ...Array.from({ length: 7 }, () => ['basket_add', 'work']).flat(),
      'basket_read',
      'basket_checkout',
    ]);
    due.forEach((atUs, slot) => {
      expect(atUs).toBeGreaterThanOrEqual(1_000_000 + slot * 500_000);
      expect(atUs).toBeLessThan(1_000_000 + (slot + 1) * 500_000);
    });
  });

  it('do not march in step: a session does not meet every third request', () => {
    // With equal distances, 60 clients over 3 replicas would each stay on one replica by accident.
    const all = Array.from({ length: 60 }, (_, i) =>
      times(crash(), i, 0).map((atUs) => ({ i, atUs })),
    ).flat();
    all.sort((a, b) => a.atUs - b.atUs);
    const replicas = new Set(
      all.map(({ i }, position) => (i === 0 ? position % 3 : -1)).filter((r) => r >= 0),
    );
    expect(replicas.size).toBe(3);
  });

  it('come as often as the rate asks', () => {
    const scenario = crash({ workload: { arrivals: { overMs: 1, process: 'even' } } });
    const total = Array.from({ length: 60 }, (_, i) => times(scenario, i).length).reduce((a, b) => a + b);
    expect(total / 10).toBeGreaterThan(110);
    expect(total / 10).toBeLessThanOrEqual(120);
  });

  it('wait for pauses whatever the server does, and for thinking after the answer', () => {
    const journey = [call('a'), { pause: '2s' }, call('b'), { think: '100ms' }, call('c'), call('d')];
    const scenario = crash({ workload: { journey } });
    const calls = callsOf(scenario);
    const [, b] = times(scenario);
    expect(b).toBeGreaterThanOrEqual(2_500_000);
    expect(calls.slice(2).map(({ due }) => due)).toEqual([
      { afterPreviousUs: 100_000 },
      { afterPreviousUs: 0 },
    ]);
  });

  it('end a closed loop in time for what comes after it', () => {
    const journey: JourneyStep[] = [
      { repeat: 'fill', steps: [{ call: 'a', arguments: {} }, { think: '1s' }] },
      call('last'),
    ];
    const calls = callsOf(crash({ workload: { journey } }));
    expect(calls.at(-1)).toMatchObject({ step: { call: 'last' }, untilUs: 10_000_000 });
    expect(calls.at(-2)?.untilUs).toBeLessThan(10_000_000);
  });

  it('stop when the client leaves', () => {
    const due = times(crash({ workload: { stayMs: 3000 } }), 0, 1_000_000);
    expect(Math.max(...due)).toBeLessThan(4_000_000);
  });
});

describe('a template', () => {
  const values = new Map<string, unknown>([
    ['env:TOKEN', '${id} $& x'],
    ['data.first name', 7],
    ['id', 'no'],
  ]);
  it('inserts what the environment and the data hold, and takes nothing in it for a template', () => {
    expect(fillTemplate({ a: 'Bearer ${env:TOKEN}', b: '${data.first name}' }, values)).toEqual({
      value: { a: 'Bearer ${id} $& x', b: 7 },
    });
  });
});

describe('fillTemplate', () => {
  const values = new Map<string, unknown>([
    ['id', 7],
    ['name', 'x'],
  ]);
  it('keeps the type of a value that stands alone', () =>
    expect(fillTemplate({ a: '${id}' }, values)).toEqual({ value: { a: 7 } }));
  it('inserts into a longer text', () =>
    expect(fillTemplate('${name}-${id}', values)).toEqual({ value: 'x-7' }));
  it('leaves out what is optional and unset', () =>
    expect(fillTemplate({ a: '${no?}', b: 1 }, values)).toEqual({ value: { b: 1 } }));
  it('names what is missing', () =>
    expect(fillTemplate({ a: ['${no}'] }, values)).toEqual({ missing: 'no' }));
});
