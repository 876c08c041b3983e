import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsOf } from '../support/fakes.ts';
import { type HostileRun, hostileRun } from './hostile-run.ts';
import { floods, misconducts } from './servers/task-answers.ts';

const deployments = ['stateful-tasks-memory', 'stateless-tasks-memory'];
/** Of the harness's processes, at most, whatever servers send. */
const peakMbMax = 500;
/** A client asks no more often, whatever servers say. */
const shortestPollUs = 20_000;

interface Met {
  deployment: string;
  outcome: string;
  /** By how often it asked, for each way to. */
  asked: Record<string, number>;
  tookUs: number;
}

/** By what its server did: what each operation came to. Every operation that was sent is in it. */
function metIn(run: HostileRun): Map<string, Met[]> {
  const all = deployments.flatMap((deployment) => {
    const drawn = run.replicaOutput(deployment).matchAll(/^drew (\S+) (.+)$/gm);
    const drew = new Map([...drawn].map(([, opId, name]) => [opId, name]));
    const events = run.events(deployment);
    const seen = Map.groupBy(eventsOf(events, 'task-seen'), ({ opId }) => opId);
    return eventsOf(events, 'operation').map(({ opId, outcome, failure, startUs, endUs }) => {
      const ways = Map.groupBy(seen.get(opId) ?? [], ({ how }) => how);
      const met: Met = {
        deployment,
        outcome: failure ? `${outcome} ${failure.kind}` : outcome,
        asked: Object.fromEntries([...ways].map(([how, list]) => [how, list.length])),
        tookUs: endUs - (startUs ?? endUs),
      };
      return { name: drew.get(opId) ?? 'never sent', met };
    });
  });
  const groups = Map.groupBy(all, ({ name }) => name);
  return new Map([...groups].map(([name, list]) => [name, list.map(({ met }) => met)]));
}

/** Where a client asked more often than it should, whatever it was told. */
function tooOften(met: Map<string, Met[]>): string[] {
  return [...met].flatMap(([name, all]) =>
    all.flatMap(({ asked, tookUs }) =>
      Object.entries(asked)
        .filter(([how]) => how !== 'notification')
        .filter(([, times]) => times > Math.ceil(tookUs / shortestPollUs) + 2)
        .map(([how, times]) => `${name}: ${how} ${times} times in ${tookUs} us`),
    ),
  );
}

function expectWhole(run: HostileRun): void {
  expect({ code: run.code, stdout: run.stdout, stderr: run.stderr }).toEqual({
    code: 2,
    stdout: '',
    stderr: '',
  });
  expect(run.results().runs).toHaveLength(deployments.length);
  for (const { checks } of run.results().runs) {
    const reason = checks.find(({ id }) => id === 'record-complete')?.reason;
    expect(reason ?? '').not.toMatch(/cannot be read|have no record|are missing/);
  }
  expect(run.leftOver()).toEqual([]);
}

function expectBounded(run: HostileRun): void {
  expect(run.peaksMb().filter(({ mb }) => mb > peakMbMax)).toEqual([]);
  for (const deployment of deployments) {
    expect(run.logBytes(deployment)).toBeLessThan(3e6);
    const rss = eventsOf(run.events(deployment), 'generator-usage').map(({ rssBytes }) => rssBytes);
    expect(rss).not.toEqual([]);
    expect(Math.max(...rss)).toBeLessThan(peakMbMax * 1e6);
  }
}

describe('servers that say of their tasks what they like', () => {
  let run: HostileRun;
  let met: Map<string, Met[]>;
  beforeAll(async () => {
    run = await hostileRun('tasks-main.ts', deployments.join(), ['--replicas', '1'], {}, 'tasks.yaml');
    met = metIn(run);
  });
  afterAll(() => run?.[Symbol.dispose]());

  it('end no run, and every operation has its record', () => {
    expectWhole(run);
    expect([...met.values()].flat()).toHaveLength(deployments.length * 2 * Object.keys(misconducts).length);
  });

  it.each(Object.entries(misconducts))('%s comes to what it is', (name, { comesTo = ['info timeout'] }) => {
    const outcomes = met.get(name)?.map(({ outcome }) => outcome) ?? [];
    for (const one of comesTo) expect(outcomes).toContain(one);
    // A busy machine may have no time for one. Who cancels has what it wanted at any end, and at none of these.
    const isNoAnswer = comesTo.some((one) => /malformed|broken/.test(one));
    const others = outcomes.filter((one) => ![...comesTo, 'info timeout'].includes(one));
    if (isNoAnswer) expect(others).toEqual([]);
  });

  it('make no client ask without end', () => {
    expect(tooOften(met)).toEqual([]);
    expect(met.get('interval-0')?.some(({ asked }) => (asked.get ?? 0) > 1)).toBe(true);
  });

  it('fill neither memory nor disk', () => expectBounded(run));

  it('are shown as text', () => {
    expect(run.html().match(/<script>(alert|\\u2028)|x-evil: <script|<h1>no/)).toBeNull();
    expect(run.html()).toContain('&lt;script&gt;alert(1)');
  });
});

describe('servers that tell of a task a million times', () => {
  it('keep a client from nothing, and fill nothing', async () => {
    const env = { HOSTILE_FLOOD: '1' };
    using run = await hostileRun(
      'tasks-main.ts',
      deployments.join(),
      ['--replicas', '1'],
      env,
      'tasks-flood.yaml',
    );
    const met = metIn(run);
    expectWhole(run);
    expectBounded(run);
    for (const name of Object.keys(floods)) {
      for (const { asked } of met.get(name) ?? []) expect(asked.notification ?? 0).toBeLessThanOrEqual(201);
      expect(met.get(name)).toHaveLength(deployments.length);
    }
    expect([...met.values()].flat().some(({ asked }) => asked.notification === 200)).toBe(true);
    expect(tooOften(met)).toEqual([]);
  });
});
