import { join } from 'node:path';
import { expect, it } from 'vitest';
import { namesIn } from '../../src/scenario/index.ts';
import { root } from '../support/plan.ts';
import { provenBefore } from '../support/proof.ts';

/** Servers that are wrong in exactly one way about changes, and the checker that is to find each. */
const culprits = { 'tells-others': 'notification_leak' } as const;
const broken = Object.keys(culprits) as (keyof typeof culprits)[];
// Over its memory a replica tells 1/N of the listeners; of a client's own topic that is itself, where its session leads it.
const sound = ['stateful-changes-memory', 'stateful-changes-shared', 'stateless-changes-shared'];
const brokenDir = join(root, 'infra/deployments/broken/changes');

const proof = provenBefore({ scenario: 'every-change-checker', sound, broken, brokenDir });

it('every server that is wrong about changes has a checker', () => {
  expect(namesIn(brokenDir)).toEqual(broken.toSorted());
});

it.each(sound)('passes %s', (deployment) => {
  expect(proof.judged(deployment)).toHaveLength(4);
  expect(proof.wrong(deployment)).toEqual([]);
});

it.each(broken)('held against %s, is failed by exactly one', (deployment) => {
  expect(proof.wrong(deployment)).toMatchObject([{ metric: culprits[deployment], verdict: 'fail' }]);
});
