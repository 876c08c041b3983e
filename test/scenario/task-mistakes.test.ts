import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HarnessError } from '../../src/core/index.ts';
import { draftPlan, type PlanRequest } from '../../src/scenario/index.ts';
import { catalog, request, root } from '../support/plan.ts';

const folder = mkdtempSync(join(tmpdir(), 'windtunnel-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What refusing a file of the project with one thing changed says: a mistake of the user, with its line. */
function refusal(path: string, from: string, to: string, of: (path: string) => Partial<PlanRequest>): string {
  const text = readFileSync(join(root, path), 'utf8');
  expect(text).toContain(from);
  const changed = join(folder, 'changed.yaml');
  writeFileSync(changed, text.replace(from, to));
  try {
    draftPlan(request(of(changed)), catalog);
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    expect(error.code).toBe('usage');
    expect(error.message).toMatch(/changed\.yaml:\d+: /);
    return error.message;
  }
  return 'it was accepted';
}

const deployment = (from: string, to: string, path = 'stateless-tasks-shared') =>
  refusal(`infra/deployments/${path}.yaml`, from, to, (changed) => ({ deployments: [changed] }));
const scenario = (from: string, to: string, path = 'long-running-tasks') =>
  refusal(`scenarios/${path}.yaml`, from, to, (changed) => ({
    scenarios: [changed],
    deployments: ['stateless-tasks-memory'],
  }));

describe('a mistake about tasks says where it is and what is allowed', () => {
  it.each([
    ['retries: -1', 'task.retries: ', 'must be at least 0'],
    ['retries: 11', 'task.retries: ', 'must be at most 10'],
    ['cancelAfter: soon', 'task.cancelAfter: ', 'a duration such as 250ms'],
    ['cancelAfter: -5ms', 'task.cancelAfter: ', 'a duration such as 250ms'],
    ['ttl: 1e300ms', 'task.ttl: ', 'a duration such as 250ms'],
    ['ttl: 9999999h', 'task.ttl: ', 'at most a week'],
    ['follow: events', 'task.follow: ', 'poll, notifications'],
    ['wait: perhaps', 'task.wait: ', 'true or false'],
    ['repeats: 1', 'task.repeats: ', 'retries'],
  ])('in a step: %s', (wrong, where, allowed) => {
    const message = scenario('task: {}', `task: { ${wrong} }`);
    expect(message).toContain(`workload.journey[0].${where}`);
    expect(message).toContain(allowed);
  });

  it('in a journey that collects and has no tasks', () => {
    expect(scenario('task: {}', 'save: {}\n    - collect: all')).toContain('there is nothing to collect');
    expect(scenario('- collect: all', '- collect: some', 'task-fan-out')).toContain('.collect: must be all');
  });

  it.each([
    ['store: shared', 'store: everywhere', 'tasks.store: ', 'memory, shared'],
    ['store: shared', 'store: shared\n  ttl: 0ms', 'tasks.ttl: ', 'from 1ms to 24h'],
    ['store: shared', 'store: shared\n  ttl: 25h', 'tasks.ttl: ', 'from 1ms to 24h'],
    ['store: shared', 'store: shared\n  pollInterval: 11m', 'tasks.pollInterval: ', 'from 0ms to 10m'],
    ['lease: 500ms', 'lease: 49ms', 'tasks.lease: ', 'from 50ms to 10m'],
    ['lease: 500ms', 'lease: short', 'tasks.lease: ', 'a duration such as 250ms'],
    ['store: shared', 'retention: kept', 'tasks.store: ', 'memory, shared'],
    ['server: stateless-v2', 'server: stateful-v2', 'tasks: ', 'stateful-v1, stateless-v2'],
    ['server: stateless-v2', 'server: { url: "http://127.0.0.1:1" }', 'tasks: ', 'a server of your own'],
  ])('in a deployment: %s → %s', (from, to, where, allowed) => {
    const message = deployment(from, to);
    expect(message).toContain(where);
    expect(message).toContain(allowed);
  });
});
