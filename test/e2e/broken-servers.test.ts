import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { namesIn } from '../../src/scenario/index.ts';
import { root } from '../support/plan.ts';
import { provenBefore } from '../support/proof.ts';

/** Servers that are wrong in exactly one way, and the checker that is to find each, by the metric it bounds. */
const culprits = {
  'executes-twice': 'duplicate_execution',
  'forgets-sessions': 'session_loss',
  'forgets-state': 'state_loss',
  'leaks-memory': 'replica_rss.growth',
  'loses-results': 'result_loss',
  'loses-writes': 'lost_update',
  'mixes-up-answers': 'misdelivery',
  'refuses-calls': 'availability.recovered',
  'serves-others-state': 'state_leak',
  stalls: 'latency_ms.max',
} as const;
const broken = Object.keys(culprits) as (keyof typeof culprits)[];
/** Reference servers, with sessions and without. */
const sound = ['stateful-sticky', 'stateless'];
const brokenDir = join(root, 'infra/deployments/broken');
/** Without sessions there are none to lose, and the checker is not asked. */
const checksOf: Record<string, number> = { stateless: broken.length - 1 };

const proof = provenBefore({ scenario: 'every-checker', sound, broken, brokenDir });

describe('every checker', () => {
  it('has a server that is wrong in its way, and every such server a checker', () => {
    expect(namesIn(brokenDir)).toEqual(broken.toSorted());
    const asked = Object.keys(proof.results().scenarios[0]?.expect.all ?? {});
    expect(asked.toSorted()).toEqual(Object.values(culprits).toSorted());
  });

  it.each(sound)('passes %s', (deployment) => {
    expect(proof.wrong(deployment)).toEqual([]);
    expect(proof.judged(deployment)).toHaveLength(checksOf[deployment] ?? broken.length);
  });

  describe.each(broken)('held against %s', (deployment) => {
    it.each(Object.values(culprits))('%s', (metric) => {
      const check = proof.judged(deployment).find((candidate) => candidate.metric === metric);
      const expected = culprits[deployment] === metric ? 'fail' : 'pass';
      expect(check, JSON.stringify(check)).toMatchObject({ metric, verdict: expected });
    });

    it('has a whole record, so that the verdict is not merely unknown', () => {
      const run = proof.runOf(deployment);
      expect(run.checks.find((check) => check.id === 'record-complete')).toMatchObject({ verdict: 'pass' });
    });
  });

  it('says of a mixed-up answer, and of a leaked basket, what it is', () => {
    const { runOf } = proof;
    // By its id, and by its result.
    const kinds = runOf('mixes-up-answers').series.failures.map((failure) => failure.kind);
    expect(kinds.toSorted()).toEqual(['malformed', 'unexpected']);
    expect(runOf('serves-others-state').series.failures).toEqual([]);
    expect(runOf('forgets-sessions').metrics.session_loss).toMatchObject({
      causes: { expiry: 12, crash: 0, misroute: 0 },
    });
  });
});
