import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { namesIn } from '../../src/scenario/index.ts';
import type { Results } from '../../src/verdict/index.ts';
import { cli, processesWith, temporaryFolder } from '../support/cli.ts';
import { root } from '../support/plan.ts';

/** A server that takes any state that its client gives back, and the checker that is to find it. */
const brokenDir = join(root, 'infra/deployments/broken/input');
let results: Results;

beforeAll(async () => {
  using folder = temporaryFolder();
  const out = join(folder.path, 'experiment');
  const deployments = ['stateless', join(brokenDir, 'accepts-any-state.yaml')];
  const scenario = join(root, 'scenarios/proof/forged-state.yaml');
  const args = ['run', scenario, '--deployment', deployments.join(','), '--out', out, '--quiet'];
  const { code, stderr } = await cli(args);
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;
  expect(readFileSync(join(out, 'plan.json'), 'utf8')).not.toContain('STATE_KEY');
  expect(processesWith(out)).toEqual([]);
}, 200_000);

describe('the checker of forged states', () => {
  const runOf = (deployment: string) => results.runs.find((run) => run.deployment === deployment);

  it('passes a server that refuses each', () => {
    const run = runOf('stateless');
    expect(run?.metrics.state_forgery).toMatchObject({ numerator: 0, denominator: expect.any(Number) });
    expect(run?.checks.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
  });

  it('fails one that takes them, and nothing else does', () => {
    expect(namesIn(brokenDir)).toEqual(['accepts-any-state']);
    const run = runOf('accepts-any-state');
    expect(run?.metrics.state_forgery).toMatchObject({ value: 1 });
    const failed = run?.checks.filter(({ verdict }) => verdict !== 'pass');
    expect(failed).toMatchObject([{ metric: 'state_forgery', verdict: 'fail' }]);
  });
});
