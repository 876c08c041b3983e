import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { namesIn } from '../../src/scenario/index.ts';
import { root } from '../support/plan.ts';
import { provenBefore } from '../support/proof.ts';

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

const proof = provenBefore({ scenario: 'every-task-checker', sound, broken, brokenDir });

describe('every checker of tasks', () => {
  it('has a server that is wrong in its way, and every such server a checker', () => {
    expect(namesIn(brokenDir)).toEqual(broken.toSorted());
    const asked = Object.keys(proof.results().scenarios[0]?.expect.all ?? {});
    expect(asked.toSorted()).toEqual(metrics.toSorted());
  });

  it.each(sound)('passes %s', (deployment) => {
    expect(proof.wrong(deployment)).toEqual([]);
    expect(proof.judged(deployment)).toHaveLength(metrics.length);
  });

  describe.each(broken)('held against %s', (deployment) => {
    it.each(metrics)('%s', (metric) => {
      const check = proof.judged(deployment).find((candidate) => candidate.metric === metric);
      const expected = culprits[deployment] === metric ? 'fail' : 'pass';
      expect(check, JSON.stringify(check)).toMatchObject({ metric, verdict: expected });
    });

    it('has a whole record, so that the verdict is not merely unknown', () => {
      const check = proof.runOf(deployment).checks.find(({ id }) => id === 'record-complete');
      expect(check).toMatchObject({ verdict: 'pass' });
    });
  });

  it('says of a lost task whether it was forgotten, or waits for ever', () => {
    const kinds = (deployment: string) => {
      const loss = proof.runOf(deployment).metrics.task_loss;
      if (loss === undefined || 'notApplicable' in loss) throw new Error('no task was judged');
      return loss.kinds;
    };
    const none = { unknown: 0, flap: 0, stalled: 0, wronglyFailed: 0 };
    // Each of six clients is asked once.
    expect(kinds('loses-tasks')).toEqual({ ...none, unknown: expect.any(Number) });
    expect(kinds('reuses-input-key')).toEqual({ ...none, stalled: 6 });
  });
});
