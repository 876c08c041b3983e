import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HarnessError } from '../../src/core/index.ts';
import {
  callsOf,
  clientSchedule,
  makePlan,
  type PlanRequest,
  planFile,
  runsOf,
  type Scenario,
} from '../../src/scenario/index.ts';
import { catalog, request, root } from '../support/plan.ts';

const folder = mkdtempSync(join(tmpdir(), 'windtunnel-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const usual = ['stateful-sticky', 'stateless'];
const plan = (scenarios: string[], deployments: string[] = [], changes: Partial<PlanRequest> = {}) =>
  makePlan(request({ scenarios, deployments, defaultDeployments: usual, ...changes }), catalog);

/** A scenario that comes with the project, with one thing changed. */
function changed(name: string, from: string, to: string): string {
  const original = readFileSync(join(root, `scenarios/${name}.yaml`), 'utf8');
  expect(original).toContain(from);
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, original.replace(from, to));
  return path;
}

function refusal(scenarios: string[], deployments: string[] = []): string {
  try {
    plan(scenarios, deployments);
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    expect(error.code).toBe('usage');
    return error.message.replaceAll(`${folder}/`, '');
  }
  throw new Error('the file was accepted');
}

describe('the deployments of a scenario', () => {
  const own = ['stateful-tasks-memory', 'stateless-tasks-memory', 'stateless-tasks-shared'];

  it('are its own where the command line names none', () => {
    expect(runsOf(plan(['long-running-tasks'])).map(({ folder: one }) => one)).toEqual(
      own.map((name) => `runs/${name}-0`),
    );
  });

  it('are the usual ones where it has none of its own, each once', () => {
    const { deployments, scenarios } = plan(['crash', 'long-running-tasks', 'steady']);
    expect(deployments.map(({ name }) => name)).toEqual([...usual, ...own]);
    expect(scenarios.map((scenario) => scenario.deployments)).toEqual([usual, own, usual]);
  });

  it('are all of the plan where it says nothing, as in plans of old', () => {
    expect(plan(['crash', 'steady']).scenarios.map((scenario) => scenario.deployments)).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('are those of the command line if it names any', () => {
    const { deployments, scenarios } = plan(['long-running-tasks'], ['stateless-tasks-shared']);
    expect(deployments.map(({ name }) => name)).toEqual(['stateless-tasks-shared']);
    expect(scenarios[0]?.deployments).toBeUndefined();
  });

  it('alternate among themselves from repeat to repeat', () => {
    const runs = runsOf(plan(['steady', 'long-running-tasks'], [], { repeats: 2 }));
    const of = (scenario: string) =>
      runs.filter((run) => run.scenario.name === scenario).map((run) => run.deployment.name);
    expect(of('steady')).toEqual([...usual, ...[...usual].reverse()]);
    expect(of('long-running-tasks')).toEqual([...own, ...[...own].reverse()]);
  });

  it('stay in the plan when it is written and read', () => {
    const made = plan(['crash', 'long-running-tasks']);
    const read = planFile.parse(JSON.parse(JSON.stringify(made)));
    expect(read.scenarios.map((scenario) => scenario.deployments)).toEqual([usual, own]);
  });

  it('must be there, and each once', () => {
    const line = 'deployments: [stateful-tasks-memory, stateless-tasks-memory, stateless-tasks-shared]';
    expect(refusal([changed('long-running-tasks', line, 'deployments: [statelesss]')])).toContain(
      'long-running-tasks.yaml:5: deployments[0]: no such deployment; allowed: ',
    );
    expect(refusal([changed('long-running-tasks', line, 'deployments: [stateless, stateless]')])).toContain(
      'deployments[1]: stateless is named twice',
    );
  });
});

describe('a journey with tasks', () => {
  it('is refused where the server makes none; the message names those that do', () => {
    const message = refusal(['long-running-tasks'], ['stateless', 'stateless-tasks-shared']);
    expect(message).toContain(
      'long-running-tasks.yaml:18: workload.journey[0].task: the server of stateless makes no tasks',
    );
    expect(message).toContain('deployments with tasks: stateful-tasks-memory, ');
  });

  it('is refused if it collects what it has waited for', () => {
    const path = changed('task-fan-out', 'task: { wait: false }', 'task: { wait: true }');
    expect(refusal([path])).toContain('journey[1].collect: there is nothing to collect');
  });

  it('refuses a wrong option, with what is allowed', () => {
    const path = changed('task-resume', 'task: { by: another }', 'task: { by: nobody }');
    expect(refusal([path])).toMatch(/journey\[0\]\.task\.by: .*itself, another/);
  });

  it('fills in what a task says nothing of', () => {
    const [scenario] = plan(['long-running-tasks']).scenarios;
    expect(callsOf(scenario?.workload.journey ?? [])[0]?.task).toEqual({
      follow: 'poll',
      wait: true,
      by: 'itself',
      retries: 0,
    });
  });
});

describe('what a client intends', () => {
  const scenarioOf = (name: string): Scenario => {
    const [scenario] = plan([name]).scenarios;
    if (!scenario) throw new Error('no scenario');
    return scenario;
  };

  it('says before which call it collects', () => {
    const calls = [...clientSchedule(scenarioOf('task-fan-out'), 7, 0, 0).calls];
    expect(calls.map(({ step }) => step.call)).toEqual([...Array<string>(8).fill('report'), 'work']);
    expect(calls.map(({ afterCollect }) => afterCollect === true)).toEqual([
      ...Array<boolean>(8).fill(false),
      true,
    ]);
  });

  it('says whether there are tasks at all', () => {
    expect(clientSchedule(scenarioOf('task-fan-out'), 7, 0, 0).hasTasks).toBe(true);
    expect(clientSchedule(scenarioOf('crash'), 7, 0, 0).hasTasks).toBe(false);
  });
});
