import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { namesIn } from '../../src/scenario/index.ts';
import { root } from '../support/plan.ts';
import { provenBefore } from '../support/proof.ts';

/** Servers that are wrong in exactly one way about streams, and the checker that is to find each. */
const culprits = {
  'loses-events': 'stream_loss',
  'repeats-events': 'stream_duplicate',
  'replays-to-others': 'stream_leak',
} as const;
const broken = Object.keys(culprits) as (keyof typeof culprits)[];
const sound = ['stateful-streams-sticky', 'stateful-streams-shared'];
const brokenDir = join(root, 'infra/deployments/broken/streams');

const proof = provenBefore({ scenario: 'every-stream-checker', sound, broken, brokenDir });

describe('every checker of streams', () => {
  it('has a server that is wrong in its way, and every such server a checker', () => {
    expect(namesIn(brokenDir)).toEqual(broken.toSorted());
    const asked = Object.keys(proof.results().scenarios[0]?.expect.all ?? {});
    expect(asked).toEqual(expect.arrayContaining(Object.values(culprits)));
  });

  it.each(sound)('passes %s', (deployment) => {
    expect(proof.judged(deployment)).toHaveLength(5);
    expect(proof.wrong(deployment)).toEqual([]);
  });

  it.each(broken)('held against %s, is failed by exactly one', (deployment) => {
    expect(proof.wrong(deployment)).toMatchObject([{ metric: culprits[deployment], verdict: 'fail' }]);
    const run = proof.runOf(deployment);
    expect(run.checks.find((check) => check.id === 'record-complete')).toMatchObject({ verdict: 'pass' });
    expect(run.predictions.filter((one) => one.verdict !== 'pass')).toEqual([]);
  });
});
