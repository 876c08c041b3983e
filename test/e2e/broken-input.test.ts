import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { namesIn } from '../../src/scenario/index.ts';
import { root } from '../support/plan.ts';
import { provenBefore } from '../support/proof.ts';

/** A server that takes any state that its client gives back, and the checker that is to find it. */
const sound = ['stateless'];
const broken = ['accepts-any-state'];
const brokenDir = join(root, 'infra/deployments/broken/input');
const proof = provenBefore({ scenario: 'forged-state', sound, broken, brokenDir });

describe('the checker of forged states', () => {
  it('passes a server that refuses each', () => {
    const run = proof.runOf('stateless');
    expect(run.metrics.state_forgery).toMatchObject({ numerator: 0, denominator: expect.any(Number) });
    expect(run.checks.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
  });

  it('has its key for states from nowhere that is recorded', () => {
    expect(proof.plan()).toContain('accepts-any-state');
    expect(proof.plan()).not.toContain('STATE_KEY');
  });

  it('fails one that takes them, and nothing else does', () => {
    expect(namesIn(brokenDir)).toEqual(broken);
    const run = proof.runOf('accepts-any-state');
    expect(run.metrics.state_forgery).toMatchObject({ value: 1 });
    const failed = run.checks.filter(({ verdict }) => verdict !== 'pass');
    expect(failed).toMatchObject([{ metric: 'state_forgery', verdict: 'fail' }]);
  });
});
