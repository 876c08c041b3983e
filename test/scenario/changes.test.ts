import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { draftPlan, makePlan, type PlanRequest, usesSharedStore } from '../../src/scenario/index.ts';
import { catalog, request, root } from '../support/plan.ts';

const folder = mkdtempSync(join(tmpdir(), 'windtunnel-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What is said of the scenario with one thing changed. */
function refusal(from: string, to: string, changes: Partial<PlanRequest> = {}): string {
  const text = readFileSync(join(root, 'scenarios/change-notifications.yaml'), 'utf8');
  expect(text).toContain(from);
  const changed = join(folder, 'changed.yaml');
  writeFileSync(changed, text.replace(from, to));
  try {
    draftPlan(request({ deployments: [], ...changes, scenarios: [changed] }), catalog);
  } catch (error) {
    return (error as Error).message;
  }
  return 'it was accepted';
}

describe('a step that listens', () => {
  it('is the first one', () => {
    const first = '- subscribe: [news]\n';
    expect(refusal(first, `- pause: 1s\n    ${first}`)).toContain('must be the first step');
  });

  it('knows its client, and nothing that calls find out later', () => {
    expect(refusal('[news]', '["${client}"]')).toBe('it was accepted');
    expect(refusal('[news]', '["${opId}"]')).toContain('${opId} is not known yet');
  });

  it('needs a server with topics', () => {
    expect(refusal('[news]', '[news]', { deployments: ['stateless'] })).toContain(
      'the server of stateless has no topics',
    );
  });

  it('goes with changes that can be told apart', () => {
    expect(refusal('"${opId}"', 'same')).toContain('must contain ${opId}');
  });
});

it('a bus that crosses replicas is in the store that they share', () => {
  const { deployments } = makePlan(
    request({ scenarios: ['change-notifications'], deployments: [] }),
    catalog,
  );
  const shared = deployments.filter(usesSharedStore).map(({ name }) => name);
  expect(shared).toContain('stateful-changes-shared');
  expect(shared).not.toContain('stateful-changes-memory');
});
