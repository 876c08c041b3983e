import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { namesIn } from '../../src/scenario/index.ts';
import type { Check, Results } from '../../src/verdict/index.ts';
import { cli, processesWith, temporaryFolder } from '../support/cli.ts';
import { root } from '../support/plan.ts';

/** Servers that are wrong in exactly one way about changes, and the checker that is to find each. */
const culprits = { 'tells-others': 'notification_leak' } as const;
const broken = Object.keys(culprits) as (keyof typeof culprits)[];
// Over its memory a replica tells 1/N of the listeners; of a client's own topic that is itself, where its session leads it.
const sound = ['stateful-changes-memory', 'stateful-changes-shared', 'stateless-changes-shared'];
const brokenDir = join(root, 'infra/deployments/broken/changes');

let results: Results;
const judged = (deployment: string): Check[] =>
  results.runs
    .filter((run) => run.deployment === deployment)
    .flatMap((run) => run.checks)
    .filter((check) => check.metric !== undefined);

beforeAll(async () => {
  using folder = temporaryFolder();
  const out = join(folder.path, 'experiment');
  const deployments = [...sound, ...broken.map((name) => join(brokenDir, `${name}.yaml`))];
  const scenario = join(root, 'scenarios/proof/every-change-checker.yaml');
  const args = ['run', scenario, '--deployment', deployments.join(','), '--out', out, '--quiet'];
  const { code, stderr } = await cli(args);
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;
  expect(processesWith(out)).toEqual([]);
}, 300_000);

it('every server that is wrong about changes has a checker', () => {
  expect(namesIn(brokenDir)).toEqual(broken.toSorted());
});

it.each(sound)('passes %s', (deployment) => {
  expect(judged(deployment)).toHaveLength(4);
  expect(judged(deployment).filter((check) => check.verdict !== 'pass')).toEqual([]);
});

it.each(broken)('held against %s, is failed by exactly one', (deployment) => {
  const failed = judged(deployment).filter((check) => check.verdict !== 'pass');
  expect(failed).toMatchObject([{ metric: culprits[deployment], verdict: 'fail' }]);
});
