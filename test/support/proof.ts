import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect } from 'vitest';
import type { Check, Results, RunResult } from '../../src/verdict/index.ts';
import { cli, processesWith, temporaryFolder } from './cli.ts';
import { root } from './plan.ts';

export interface Proof {
  results(): Results;
  /** `plan.json`, as it was written. */
  plan(): string;
  runOf(deployment: string): RunResult;
  /** The checks of a deployment that hold a metric against a bound. */
  judged(deployment: string): Check[];
  /** Those of them that did not pass. */
  wrong(deployment: string): Check[];
}

/**
 * Runs, before the tests of a file, a scenario of `scenarios/proof/` over servers that are right and servers that are wrong in
 * one way each, and expects the verdict that the wrong ones bring about.
 * @param options.sound deployments by name; `options.broken` by name in `options.brokenDir`.
 */
export function provenBefore(options: {
  scenario: string;
  sound: readonly string[];
  broken: readonly string[];
  brokenDir: string;
}): Proof {
  const { scenario, sound, broken, brokenDir } = options;
  let results: Results | undefined;
  let plan = '';

  beforeAll(async () => {
    using folder = temporaryFolder();
    const out = join(folder.path, 'experiment');
    const deployments = [...sound, ...broken.map((name) => join(brokenDir, `${name}.yaml`))];
    const path = join(root, 'scenarios/proof', `${scenario}.yaml`);
    const args = ['run', path, '--deployment', deployments.join(','), '--out', out, '--quiet'];
    const { code, stderr } = await cli(args);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    plan = readFileSync(join(out, 'plan.json'), 'utf8');
    results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;
    expect(processesWith(out)).toEqual([]);
  }, 300_000);

  const read = (): Results => {
    if (!results) throw new Error(`${scenario} was not run`);
    return results;
  };
  const runOf = (deployment: string): RunResult => {
    const run = read().runs.find((one) => one.deployment === deployment);
    if (!run) throw new Error(`no run of ${deployment}`);
    return run;
  };
  const judged = (deployment: string) =>
    runOf(deployment).checks.filter(({ metric }) => metric !== undefined);
  const wrong = (deployment: string) => judged(deployment).filter(({ verdict }) => verdict !== 'pass');
  return { results: read, plan: () => plan, runOf, judged, wrong };
}
