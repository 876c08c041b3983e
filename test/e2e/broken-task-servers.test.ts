import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { namesIn } from '../../src/scenario/index.ts';
import type { Check, Results } from '../../src/verdict/index.ts';
import { cli, processesWith, temporaryFolder } from '../support/cli.ts';
import { root } from '../support/plan.ts';

/** Servers whose tasks are wrong in exactly one way, and the checker that is to find each, by the metric it bounds. */
const culprits = {
  'executes-twice-on-takeover': 'duplicate_execution',
  'forgets-task-results': 'result_retention',
  'hands-out-early': 'premature_handle',
  'loses-tasks': 'task_loss',
  'reuses-input-key': 'task_loss',
  'works-after-cancel': 'work_after_cancel',
} as const;
const broken = Object.keys(culprits) as (keyof typeof culprits)[];
const metrics = [...new Set<string>(Object.values(culprits))];
/** The reference server, with tasks in memory and in a store for all. */
const sound = ['stateless-tasks-affinity', 'stateless-tasks-shared'];
const brokenDir = join(root, 'infra/deployments/broken/tasks');

let results: Results;
const runOf = (deployment: string) => results.runs.find((run) => run.deployment === deployment);
const judged = (deployment: string): Check[] =>
  (runOf(deployment)?.checks ?? []).filter((check) => check.metric !== undefined);

beforeAll(async () => {
  using folder = temporaryFolder();
  const out = join(folder.path, 'experiment');
  const deployments = [...sound, ...broken.map((name) => join(brokenDir, `${name}.yaml`))];
  const scenario = join(root, 'scenarios/proof/every-task-checker.yaml');
  const args = ['run', scenario, '--deployment', deployments.join(','), '--out', out, '--quiet'];
  const { code, stderr } = await cli(args);
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;
  expect(processesWith(out)).toEqual([]);
}, 300_000);

describe('every checker of tasks', () => {
  it('has a server that is wrong in its way, and every such server a checker', () => {
    expect(namesIn(brokenDir)).toEqual(broken.toSorted());
    const asked = Object.keys(results.scenarios[0]?.expect.all ?? {});
    expect(asked.toSorted()).toEqual(metrics.toSorted());
  });

  it.each(sound)('passes %s', (deployment) => {
    expect(judged(deployment).filter((check) => check.verdict !== 'pass')).toEqual([]);
    expect(judged(deployment)).toHaveLength(metrics.length);
  });

  describe.each(broken)('held against %s', (deployment) => {
    it.each(metrics)('%s', (metric) => {
      const check = judged(deployment).find((candidate) => candidate.metric === metric);
      const expected = culprits[deployment] === metric ? 'fail' : 'pass';
      expect(check, JSON.stringify(check)).toMatchObject({ metric, verdict: expected });
    });

    it('has a whole record, so that the verdict is not merely unknown', () => {
      const check = runOf(deployment)?.checks.find(({ id }) => id === 'record-complete');
      expect(check).toMatchObject({ verdict: 'pass' });
    });
  });

  it('says of a lost task whether it was forgotten, or waits for ever', () => {
    const kinds = (deployment: string) => {
      const loss = runOf(deployment)?.metrics.task_loss;
      if (loss === undefined || 'notApplicable' in loss) throw new Error('no task was judged');
      return loss.kinds;
    };
    const none = { unknown: 0, flap: 0, stalled: 0, wronglyFailed: 0 };
    // Each of six clients is asked once.
    expect(kinds('loses-tasks')).toEqual({ ...none, unknown: expect.any(Number) });
    expect(kinds('reuses-input-key')).toEqual({ ...none, stalled: 6 });
  });
});
