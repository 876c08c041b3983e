import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HarnessError } from '../../src/core/index.ts';
import { makePlan, memoryBytes, namesIn, type PlanRequest, runsOf } from '../../src/scenario/index.ts';
import { renderSchema, schemaFiles } from '../../src/scenario/write-schemas.ts';
import { catalog, request, root } from '../support/plan.ts';

const folder = mkdtempSync(join(tmpdir(), 'windtunnel-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A scenario file with one thing changed; returns what refusing it says. */
function refuse(name: string, from: string | RegExp, to: string, changes: Partial<PlanRequest> = {}): string {
  const path = join(folder, `${name}.yaml`);
  const original = readFileSync(join(root, 'scenarios/crash.yaml'), 'utf8');
  const text = original.replace(from, to);
  expect(text).not.toBe(original);
  writeFileSync(path, text);
  try {
    makePlan(request({ scenarios: [path], ...changes }), catalog);
  } catch (error) {
    expect(error).toBeInstanceOf(HarnessError);
    expect((error as HarnessError).code).toBe('usage');
    return (error as HarnessError).message.replaceAll(`${folder}/`, '');
  }
  throw new Error('the file was accepted');
}

describe('a bad scenario file is refused with file, line, key and what is allowed', () => {
  it('an unknown key', () => {
    expect(refuse('key', 'sessions: 60', 'session: 60')).toContain(
      'key.yaml:8: workload.session: unknown key; allowed here: sessions, arrivals, stay, rate, deadline, turnaround, policy, journey',
    );
  });

  it('a missing key, at the line of what lacks it', () => {
    expect(refuse('missing', '  rate: 120/s\n', '')).toBe(
      'missing.yaml:7: workload.rate: is missing; needs a string',
    );
  });

  it('a wrong type', () => {
    expect(refuse('type', 'sessions: 60', 'sessions: many')).toBe(
      'type.yaml:8: workload.sessions: must be a number',
    );
  });

  it('a value that is not allowed', () => {
    expect(refuse('value', 'fault: crash', 'fault: explode')).toBe(
      'value.yaml:31: faults[0].fault: allowed: restart, crash, rolling-restart, freeze, out-of-memory, disconnect, rollout, scale-out, scale-in',
    );
  });

  it('a unit that is not allowed', () => {
    expect(refuse('unit', 'rate: 120/s', 'rate: 120')).toContain(
      'unit.yaml:9: workload.rate: must be a string',
    );
    expect(refuse('unit', 'rate: 120/s', 'rate: fast')).toContain('must be a rate such as 200/s or 30/m');
  });

  it('an unknown key of a fault, and of a step', () => {
    expect(refuse('fault', 'replace: true', 'replaced: true')).toContain(
      'fault.yaml:33: faults[0].replaced: unknown key; allowed here: at, fault, replica, replace',
    );
    expect(refuse('step', 'reads: $.items', 'read: $.items')).toContain(
      'workload.journey[2].read: unknown key; allowed here: call,',
    );
  });

  it('a step that is none', () => {
    expect(refuse('nostep', '- call: basket_checkout', '- kall: basket_checkout')).toContain(
      'workload.journey[3]: a step is one of call, pause, think, collect, repeat',
    );
  });

  it('a fault after the end, also when the end is moved', () => {
    expect(refuse('late', 'at: 40%', 'at: 12s')).toBe(
      'late.yaml:30: faults[0].at: is after the end; allowed: before 10 s (duration), or a share below 100%',
    );
    expect(refuse('late', 'at: 40%', 'at: 6s', { durationMs: 5000 })).toContain('before 5 s');
  });

  it('a replica that does not exist', () => {
    expect(refuse('replica', 'replica: random', 'replica: 4')).toContain(
      'replica.yaml:32: faults[0].replica: there are only 3 replicas then; allowed: 1 to 3, or random',
    );
  });

  it('a value that no earlier call saves', () => {
    expect(refuse('saved', 'save: { basket: $.basketId }', 'save: { bascket: $.basketId }')).toContain(
      '${basket} is saved by no earlier call; known here: opId, client, bascket',
    );
  });

  it('what is sought in an answer, where it cannot be found', () => {
    const seek = (to: string) => refuse('seek', 'reads: $.items', to);
    expect(seek('expect: { items: 1 }')).toContain(
      'expect.items: the key must be a path: $.basketId into the structured answer',
    );
    expect(seek('expect: { text.more: 1 }')).toContain('the key must be a path');
    expect(seek('expect: { text: { matches: "(" } }')).toContain(
      'expect.text.matches: is no regular expression: ',
    );
    expect(seek('expect: { text: { matches: "${opId}" } }')).toContain('inserts no values');
    expect(seek('expect: { text: { matches: a, contians: b } }')).toContain(
      'expect.text.contians: unknown key; allowed here: equals, contains, matches, exists',
    );
    expect(seek('expect: { text: { exists: maybe } }')).toContain('text.exists: allowed: true, false');
    expect(seek('expect: { text: { exists: false, contains: a } }')).toContain('must not exist');
    expect(seek('save: { id: { from: text, matches: "[" } }')).toContain('save.id.matches: is no regular');
    expect(seek('save: { id: { from: text } }')).toContain('id');
    expect(seek('save: { id: { from: words, matches: a } }')).toContain('must be a path');
  });

  it('thresholds for a deployment that does not exist', () => {
    expect(refuse('expect', '  stateful-sticky:', '  stateful-stikky:')).toContain(
      'expect.stateful-stikky: no such deployment; allowed: all,',
    );
  });

  it('a threshold that nothing can break or keep, and a metric that does not exist', () => {
    expect(refuse('share', 'max: 0.6', 'max: 5')).toContain('allowed: 0 to 1 (a share: 0.05 is 5 %)');
    expect(refuse('share', 'max: 0.6', 'max: 0.05')).toContain('is below min, 0.1');
    expect(refuse('metric', 'lost_update:', 'lost_updates:')).toContain(
      'expect.all.lost_updates: unknown key; allowed here: session_loss, state_loss,',
    );
  });

  it('writes that could not be told apart, and a rate beyond measure', () => {
    expect(refuse('writes', /writes: .*/, 'writes: apple')).toContain('writes: must contain ${opId}');
    expect(refuse('rate', 'rate: 120/s', 'rate: 9999999999/s')).toContain('at most 1000000/s');
    expect(refuse('stay', 'rate: 120/s', 'rate: 120/s\n  stay: 0ms')).toContain('stay: must be at least 1ms');
  });

  it('YAML that is none, with the line', () => {
    expect(refuse('yaml', 'name: crash', 'name: "crash')).toMatch(/^yaml\.yaml:\d+: /);
  });

  it('a key that stands twice', () => {
    expect(refuse('twice', 'duration: 10s', 'duration: 10s\nduration: 12s')).toMatch(
      /twice\.yaml:6: Map keys must be unique/,
    );
  });

  it('a rate so low that no client can finish', () => {
    expect(refuse('slow', 'rate: 120/s', 'rate: 1/s')).toContain(
      'workload.rate: too low: a client calls every 1 m',
    );
  });
});

describe('names', () => {
  it('are listed when one is not known', () => {
    expect(() => makePlan(request({ scenarios: ['crush'] }), catalog)).toThrow(
      expect.objectContaining({ message: 'no scenario named crush', hint: expect.stringContaining('crash') }),
    );
  });
  it('may be paths', () => {
    expect(() => makePlan(request({ scenarios: ['./nowhere.yaml'] }), catalog)).toThrow(
      'no scenario file ./nowhere.yaml',
    );
  });
  it('may not be given twice', () => {
    expect(() => makePlan(request({ deployments: ['stateless', 'stateless'] }), catalog)).toThrow(
      'asked for twice',
    );
  });
});

describe('what only containers can do', () => {
  it.each(['out-of-memory', 'rollout'])('is refused where replicas are processes: %s', (fault) => {
    const step = fault === 'rollout' ? /fault: crash\n.*\n.*\n/ : 'fault: crash';
    expect(refuse(`process-${fault}`, step, `fault: ${fault}\n`.trimEnd())).toBe(
      `process-${fault}.yaml:31: faults[0].fault: ${fault} is for containers only: give --backend container`,
    );
  });

  it('is a step of the plan where they are containers', () => {
    const path = join(folder, 'disconnect.yaml');
    const original = readFileSync(join(root, 'scenarios/crash.yaml'), 'utf8');
    writeFileSync(path, original.replace(/fault: crash\n(.*)\n.*\n/, 'fault: disconnect\n$1\n    for: 2s\n'));
    const plan = makePlan(request({ scenarios: [path], backend: 'container' }), catalog);
    expect(plan.scenarios[0]?.faults).toMatchObject([{ fault: 'disconnect', for: '2s', replica: 'random' }]);
    expect(plan.backend).toBe('container');
  });

  it('names the new image of a rollout for own servers, and for no other', () => {
    const rollout = 'fault: rollout\n    image: other:2\n';
    expect(refuse('rollout', /fault: crash\n.*\n.*\n/, rollout, { backend: 'container' })).toContain(
      'rollout.yaml:32: faults[0].image: is for servers of your own; stateless runs one of ours',
    );
  });

  const limited = (limits: string, backend: 'process' | 'container') => {
    const path = join(folder, 'limited.yaml');
    const original = readFileSync(join(root, 'infra/deployments/stateless.yaml'), 'utf8');
    writeFileSync(path, `${original}limits: ${limits}\n`);
    return makePlan(request({ deployments: [path], backend }), catalog).deployments[0];
  };

  it('limits what a replica may use', () => {
    const { limits } = limited('{ cpus: 0.5, memory: 256MB }', 'container') ?? {};
    expect(limits).toEqual({ cpus: 0.5, memory: '256MB' });
    expect(memoryBytes('1.5GiB')).toBe(1_610_612_736);
    expect(memoryBytes('256MB')).toBe(256_000_000);
  });

  it('says what a limit may be, and where', () => {
    expect(() => limited('{ memory: 256 MB }', 'process')).toThrow(
      'limits: holds for containers only; give --backend container, or leave it out',
    );
    expect(() => limited('{ memory: 4MB }', 'container')).toThrow(
      'limits.memory: an amount of memory from 8MB to 10000GB',
    );
    expect(() => limited('{ memory: lots }', 'container')).toThrow(
      'limits.memory: must be an amount of memory such as 256MB, 1.5GB or 512MiB',
    );
    expect(() => limited('{ cpus: 0 }', 'container')).toThrow('limits.cpus');
  });
});

describe('a plan', () => {
  it('is made of every scenario and deployment that comes with the package', () => {
    const scenarios = namesIn(catalog.scenariosDir);
    const every = namesIn(catalog.deploymentsDir);
    const plan = makePlan(request({ scenarios, deployments: [], defaultDeployments: every }), catalog);
    expect(plan.scenarios.map((scenario) => scenario.name)).toEqual(scenarios);
    expect(plan.deployments.map((deployment) => deployment.name).sort()).toEqual(every);
  });

  it('scales what is given in shares with the duration', () => {
    const [scenario] = makePlan(request({ durationMs: 60_000 }), catalog).scenarios;
    expect(scenario?.faults[0]?.atMs).toBe(24_000);
    expect(scenario?.workload.arrivals.overMs).toBe(12_000);
  });

  it('alternates the order of deployments from repeat to repeat', () => {
    const runs = runsOf(
      makePlan(request({ deployments: ['stateless', 'stateful-sticky'], repeats: 2 }), catalog),
    );
    expect(runs.map((run) => run.folder)).toEqual([
      'runs/stateless-0',
      'runs/stateful-sticky-0',
      'runs/stateful-sticky-1',
      'runs/stateless-1',
    ]);
  });

  it('says in each run which clients make its load', () => {
    const clientOf = (changes: Partial<PlanRequest>) =>
      runsOf(makePlan(request({ deployments: ['stateless', 'stateful-sticky'], ...changes }), catalog)).map(
        (run) => run.client,
      );
    expect(clientOf({})).toEqual(['wire', 'wire']);
    expect(clientOf({ client: 'sdk' })).toEqual(['sdk', 'sdk']);
  });

  it('has a folder for each scenario when there are several', () => {
    const runs = runsOf(makePlan(request({ scenarios: ['crash', 'steady'] }), catalog));
    expect(runs.map((run) => run.folder)).toEqual(['runs/crash/stateless-0', 'runs/steady/stateless-0']);
  });
});

describe('the shared store', () => {
  it('is SQLite unless said otherwise, and noted in the plan', () => {
    expect(makePlan(request(), catalog).store).toBe('sqlite');
    const sharedStore = { store: 'redis', redisUrl: 'redis://localhost:6379/0' } as const;
    expect(makePlan(request({ sharedStore }), catalog)).toMatchObject(sharedStore);
  });

  it('is refused where no deployment would use it', () => {
    const deployments = ['stateful-sticky', 'stateless-local-state'];
    const idle = () => makePlan(request({ deployments, sharedStore: { store: 'redis' } }), catalog);
    expect(idle).toThrow(
      '--store redis: no deployment would use it (stateful-sticky, stateless-local-state)',
    );
  });
});

describe('the JSON schemas', () => {
  it.each(Object.keys(schemaFiles) as (keyof typeof schemaFiles)[])(
    '%s is what the harness validates with',
    (file) => {
      expect(readFileSync(join(root, file), 'utf8')).toBe(renderSchema(file));
    },
  );

  it('are named in the first line of each file', () => {
    for (const [directory, schema] of [
      [catalog.scenariosDir, 'scenario'],
      [catalog.deploymentsDir, 'deployment'],
    ] as const) {
      for (const name of namesIn(directory)) {
        const [first] = readFileSync(join(directory, `${name}.yaml`), 'utf8').split('\n');
        expect(first).toBe(`# yaml-language-server: $schema=./${schema}.schema.json`);
      }
    }
  });
});
