import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Check } from '../../src/verdict/index.ts';
import { eventsOf } from '../support/fakes.ts';
import { type HostileRun, hostileRun } from './hostile-run.ts';
import { answers } from './servers/answers.ts';

const deployments = ['stateful-sticky', 'stateless'];
const accepted = Object.keys(answers.accepted);
const refused = Object.keys(answers.refused);
/** Of the harness's processes, at most, whatever servers send. */
const peakMbMax = 500;

/** Every client and operation has its record; that servers which keep no ledger prove nothing is another matter. */
function expectWholeRecord(checks: readonly Check[] | undefined): void {
  const check = checks?.find(({ id }) => id === 'record-complete');
  expect(check?.reason).toMatch(/acknowledged operations have no commit in the ledger/);
}

describe('every way to answer wrongly', () => {
  let run: HostileRun;
  /** By misbehaviour: what operations that met it came to. */
  const seen = new Map<string, string[]>();

  beforeAll(async () => {
    const args = ['--replicas', '2', '--rate', '120/s'];
    run = await hostileRun('random-main.ts', deployments.join(), args, { HOSTILE_TURNS: '1' });
    for (const deployment of deployments) {
      const drawn = run.replicaOutput(deployment).matchAll(/^drew (\S+) (\S+)$/gm);
      const drew = new Map([...drawn].map(([, opId, name]) => [opId, name]));
      for (const operation of eventsOf(run.events(deployment), 'operation')) {
        const name = drew.get(operation.opId) ?? 'never sent';
        const { outcome, failure } = operation;
        seen.set(name, [...(seen.get(name) ?? []), failure ? `${outcome} ${failure.kind}` : outcome]);
      }
    }
  });
  afterAll(() => run?.[Symbol.dispose]());

  it('ends with a verdict, every operation recorded, and leaves nothing behind', () => {
    expect({ code: run.code, stdout: run.stdout, stderr: run.stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: '',
    });
    for (const { checks } of run.results().runs) expectWholeRecord(checks);
    expect(run.results().runs).toHaveLength(deployments.length);
    expect(run.leftOver()).toEqual([]);
  });

  it.each(accepted)('%s is an answer all the same', (name) => {
    const outcomes = new Set(seen.get(name));
    expect(outcomes).toContain('ok');
    // On a busy machine one may come too late.
    expect([...outcomes].filter((outcome) => outcome !== 'ok' && outcome !== 'info timeout')).toEqual([]);
  });

  it.each(refused)('%s is recorded as a failure', (name) => {
    const outcomes = [...new Set(seen.get(name))];
    expect(outcomes).not.toEqual([]);
    const failures = ['info malformed', 'info broken', 'info timeout', 'fail tool-error'];
    expect(outcomes.filter((outcome) => !failures.includes(outcome))).toEqual([]);
  });

  it('fills neither memory nor disk', () => {
    const peaks = run.peaksMb();
    expect(new Set(peaks.map(({ program }) => program))).toEqual(
      new Set(['generator/main.ts', 'topology/balancer/main.ts', 'topology/warden-main.ts', 'cli/main.ts']),
    );
    expect(peaks.filter(({ mb }) => mb > peakMbMax)).toEqual([]);
    for (const deployment of deployments) {
      expect(run.logBytes(deployment)).toBeLessThan(3e6);
      const exchanges = eventsOf(run.events(deployment), 'exchange');
      expect(exchanges.length).toBeGreaterThan(20);
      for (const exchange of exchanges) expect(JSON.stringify(exchange).length).toBeLessThan(64_000);
    }
  });

  it('is shown as text', () => {
    const exchanges = deployments.flatMap((name) => eventsOf(run.events(name), 'exchange'));
    const html = exchanges.find(({ answer }) => answer?.headers.some(([, value]) => /<script>/.test(value)));
    expect(html?.answer).toMatchObject({ status: 500, body: '<h1>no</h1>' });
    expect(run.html().match(/<script>alert|<h1>no<|<img src=x/)).toBeNull();
    expect(run.html()).toContain('&lt;h1&gt;no&lt;/h1&gt;');
  });
});

describe('some time with servers that do anything at any time, while faults happen', () => {
  it('has a record of every operation, bounded memory, and leaves nothing behind', async () => {
    using run = await hostileRun(
      'random-main.ts',
      'stateful-sticky',
      ['--replicas', '2'],
      {},
      'some-time.yaml',
    );
    expect({ code: run.code, stdout: run.stdout, stderr: run.stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: '',
    });
    const [result] = run.results().runs;
    expectWholeRecord(result?.checks);
    expect(result?.checks.find(({ id }) => id === 'faults-met')?.verdict).toBe('pass');
    const operations = eventsOf(run.events('stateful-sticky'), 'operation');
    expect(new Set(operations.map(({ opId }) => opId)).size).toBe(operations.length);
    expect(operations.filter(({ outcome }) => outcome === 'ok')).not.toEqual([]);
    expect(operations.filter(({ outcome }) => outcome !== 'ok')).not.toEqual([]);
    expect(run.peaksMb().filter(({ mb }) => mb > peakMbMax)).toEqual([]);
    expect(run.leftOver()).toEqual([]);
  });
});
