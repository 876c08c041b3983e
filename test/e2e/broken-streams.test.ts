import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { namesIn } from '../../src/scenario/index.ts';
import type { Check, Results } from '../../src/verdict/index.ts';
import { cli, processesWith, temporaryFolder } from '../support/cli.ts';
import { root } from '../support/plan.ts';

/** Servers that are wrong in exactly one way about streams, and the checker that is to find each. */
const culprits = {
  'loses-events': 'stream_loss',
  'repeats-events': 'stream_duplicate',
  'replays-to-others': 'stream_leak',
} as const;
const broken = Object.keys(culprits) as (keyof typeof culprits)[];
const sound = ['stateful-streams-sticky', 'stateful-streams-shared'];
const brokenDir = join(root, 'infra/deployments/broken/streams');

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
  const scenario = join(root, 'scenarios/proof/every-stream-checker.yaml');
  const args = ['run', scenario, '--deployment', deployments.join(','), '--out', out, '--quiet'];
  const { code, stderr } = await cli(args);
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;
  expect(processesWith(out)).toEqual([]);
}, 300_000);

describe('every checker of streams', () => {
  it('has a server that is wrong in its way, and every such server a checker', () => {
    expect(namesIn(brokenDir)).toEqual(broken.toSorted());
    const asked = Object.keys(results.scenarios[0]?.expect.all ?? {});
    expect(asked).toEqual(expect.arrayContaining(Object.values(culprits)));
  });

  it.each(sound)('passes %s', (deployment) => {
    expect(judged(deployment)).toHaveLength(5);
    expect(judged(deployment).filter((check) => check.verdict !== 'pass')).toEqual([]);
  });

  it.each(broken)('held against %s, is failed by exactly one', (deployment) => {
    const failed = judged(deployment).filter((check) => check.verdict !== 'pass');
    expect(failed).toMatchObject([{ metric: culprits[deployment], verdict: 'fail' }]);
    const run = results.runs.find((candidate) => candidate.deployment === deployment);
    expect(run?.checks.find((check) => check.id === 'record-complete')).toMatchObject({ verdict: 'pass' });
    expect(run?.predictions.filter((one) => one.verdict !== 'pass')).toEqual([]);
  });
});
