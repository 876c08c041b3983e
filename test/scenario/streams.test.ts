import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { draftPlan, makePlan, type PlanRequest } from '../../src/scenario/index.ts';
import { catalog, request, root } from '../support/plan.ts';

const folder = mkdtempSync(join(tmpdir(), 'windtunnel-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file of the project with one thing changed, and what refusing it says. */
function refusal(path: string, from: string, to: string, of: (path: string) => Partial<PlanRequest>): string {
  const text = readFileSync(join(root, path), 'utf8');
  expect(text).toContain(from);
  const changed = join(folder, 'changed.yaml');
  writeFileSync(changed, text.replace(from, to));
  try {
    draftPlan(request(of(changed)), catalog);
  } catch (error) {
    return (error as Error).message;
  }
  return 'it was accepted';
}

const deployment = (path: string, from: string, to: string) =>
  refusal(`infra/deployments/${path}.yaml`, from, to, (changed) => ({ deployments: [changed] }));
const scenario = (from: string, to: string, changes: Partial<PlanRequest> = {}) =>
  refusal('scenarios/blocking-call.yaml', from, to, (changed) => ({ ...changes, scenarios: [changed] }));

describe('the streams of a deployment', () => {
  it('can be resumed only where the revision has it', () => {
    expect(deployment('stateless', 'replicas: 3', 'streams: { events: memory }')).toContain(
      'streams: stateless-v2 speaks 2026-07-28, which has no resumption',
    );
  });

  it('are taken up by other replicas only with their sessions', () => {
    expect(deployment('stateful-streams-shared', 'state: shared', 'state: memory')).toContain(
      'streams.events: shared needs `state: shared`',
    );
    expect(deployment('stateful-streams-shared', 'events: shared', 'events: memory')).toBe('it was accepted');
    expect(deployment('stateful-streams-shared', 'events: shared', 'events: both')).toContain(
      'streams.events: allowed: memory, shared',
    );
  });

  it('are of the reference servers', () => {
    const own = "server: { url: 'http://127.0.0.1:1' }\nstreams: { events: memory }\n";
    const file = join(folder, 'own.yaml');
    writeFileSync(file, `name: own\ndescription: Mine\n${own}`);
    expect(() => draftPlan(request({ deployments: [file] }), catalog)).toThrow(
      'streams: is for the reference servers',
    );
  });
});

describe('the stream of a call', () => {
  it('has defaults', () => {
    const plan = makePlan(
      request({ scenarios: ['stream-resume'], deployments: ['stateful-streams-sticky'] }),
      catalog,
    );
    expect(plan.scenarios[0]?.workload.journey).toMatchObject([
      { steps: [{ stream: { onBreak: 'resume', idempotencyKey: false, dropAfter: 3 } }] },
    ]);
    expect(plan.deployments[0]).toMatchObject({ streams: { events: 'memory' } });
  });

  it('is accepted as docs/streams.md shows it', () => {
    const [, steps = ''] =
      /```yaml\n([\s\S]*?)```/.exec(readFileSync(join(root, 'docs/streams.md'), 'utf8')) ?? [];
    const head =
      'name: shown\nquestion: Is it accepted?\nworkload:\n  sessions: 5\n  rate: 5/s\n  journey:\n';
    const file = join(folder, 'shown.yaml');
    writeFileSync(file, head + steps.replace(/^/gm, '    '));
    const [planned] = makePlan(request({ scenarios: [file] }), catalog).scenarios;
    expect(planned?.workload.journey).toMatchObject([{ stream: { onBreak: 'resume', dropAfter: 3 } }]);
  });

  it('is refused where it makes no sense', () => {
    const step = 'stream: { onBreak: resume, idempotencyKey: true }';
    expect(scenario(step, `${step}\n          task: {}`)).toContain(
      'workload.journey[0].steps[0].stream: and `task` are two ways',
    );
    expect(scenario('onBreak: resume', 'onBreak: wait')).toContain('allowed: resume, again, give-up');
    expect(scenario(step, 'stream: { dropAfter: 0 }')).toContain('stream.dropAfter');
  });
});
