import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Metrics } from '../../src/measure/index.ts';
import type { Results } from '../../src/verdict/index.ts';
import { cli, temporaryFolder } from '../support/cli.ts';
import { root } from '../support/plan.ts';

const repeats = 10;

it('two identical deployments show no difference over ten repeats', async () => {
  using folder = temporaryFolder();
  const [one, other] = ['one', 'other'].map((name) => {
    const file = join(folder.path, `${name}.yaml`);
    const text = readFileSync(join(root, 'infra/deployments/stateful-sticky.yaml'), 'utf8');
    writeFileSync(file, text.replace('name: stateful-sticky', `name: ${name}`));
    return file;
  });
  const out = join(folder.path, 'experiment');
  // Its deadline is long, so that hardly any machine is too busy for a run to be sound.
  const scenario = join(root, 'scenarios/proof/every-checker.yaml');
  const { stdout } = await cli([
    ...['run', scenario, '--deployment', `${one},${other}`, '--repeat', String(repeats), '--replicas', '1'],
    ...['--duration', '2s', '--sessions', '6', '--rate', '60/s', '--out', out],
  ]);
  const results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;
  expect(results.runs).toHaveLength(2 * repeats);

  // Nothing happens, so nothing is lost; and the same seeds make the same schedules: each repeat is the same, exactly.
  const exact = (deployment: string) =>
    results.runs.filter((run) => run.deployment === deployment).map((run) => countsOf(run.metrics));
  expect(exact('other')).toEqual(exact('one'));
  for (const counts of exact('one')) {
    for (const count of Object.values(counts)) expect(count.numerator).toBe(0);
    expect(counts.session_loss?.denominator).toBe(6);
    expect(counts.lost_update?.denominator).toBe(24);
  }

  const [comparison, ...more] = results.comparisons;
  expect(more).toEqual([]);
  expect(comparison).toMatchObject({ scenario: 'every-checker', baseline: 'one', candidate: 'other' });
  const { runs, runsNeeded, verdict, measures } = comparison ?? expect.unreachable('there is one');
  const counts = measures.filter((measure) => measure.kind === 'count');
  expect(counts.map((count) => count.metric)).toEqual(Object.keys(countsOf(results.runs[0]?.metrics)));
  expect(counts.filter((count) => count.verdict !== 'same')).toEqual([]);
  const times = measures.filter((measure) => measure.kind === 'time');
  expect(times.map((time) => time.metric)).toEqual(['latency_ms.p50', 'latency_ms.p99', 'throughput']);

  // Times differ, and it is not called a difference: see the false alarm rate in test/verdict/comparison.test.ts.
  // Where the machine was too busy for five sound runs a side, nothing may be said at all.
  const enough = Math.min(...runs) >= runsNeeded;
  expect(verdict, JSON.stringify(times)).toBe(enough ? 'no-difference' : 'unknown');
  expect(/other against one, \d+ runs a side: no difference/.test(stdout)).toBe(enough);
}, 300_000);

function countsOf(metrics?: Metrics): Record<string, { numerator: number; denominator: number }> {
  const { session_loss, state_loss, lost_update, duplicate_execution, result_loss, misdelivery, state_leak } =
    metrics ?? expect.unreachable('it was measured');
  const all = {
    session_loss,
    state_loss,
    lost_update,
    duplicate_execution,
    result_loss,
    misdelivery,
    state_leak,
  };
  return Object.fromEntries(
    Object.entries(all).map(([name, rate]) => {
      if ('notApplicable' in rate) throw new Error(`${name} is not applicable`);
      return [name, { numerator: rate.numerator, denominator: rate.denominator }];
    }),
  );
}
