import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type ForeignName, foreignDeployment, prepareForeign } from '../../infra/foreign/prepare.ts';
import type { Results } from '../../src/verdict/index.ts';
import { cli, processesWith, temporaryFolder } from '../support/cli.ts';
import { foreign, need } from '../support/requirements.ts';

/** What the written scenario must call: each of these servers has tools that say that they only read. */
const called: Record<ForeignName, string[]> = {
  everything: ['echo', 'get-sum'],
  'fastmcp-ts': ['add', 'echo', 'recall', 'wait'],
  'go-sdk': ['add', 'echo', 'recall', 'wait'],
  'python-sdk': ['add', 'echo', 'recall', 'wait'],
};

describe.concurrent('init, and the run that it wrote', () => {
  it.for(Object.keys(called) as ForeignName[])('of %s', { timeout: 300_000 }, async (name, { skip }) => {
    need(foreign(name), skip);
    using folder = temporaryFolder();
    const cwd = await prepareForeign(name);
    const { server } = parse(readFileSync(foreignDeployment(name), 'utf8'));
    const out = (file: string) => join(folder.path, 'first', file);
    const mark = { cwd, env: { INIT_TEST: folder.path, ...server.env } };
    const init = await cli(['init', '--out', join(folder.path, 'first'), '--', ...server.command], mark);
    expect(init).toMatchObject({ code: 0, stderr: '' });
    const options = ['--duration', '3s', '--json', '--out', join(folder.path, 'experiment')];
    const run = await cli(['run', out('scenario.yaml'), '--deployment', out('deployment.yaml'), ...options], {
      env: { INIT_TEST: folder.path },
    });
    const results = JSON.parse(run.stdout) as Results;
    const scenario = readFileSync(out('scenario.yaml'), 'utf8');
    for (const tool of called[name]) expect(scenario).toContain(`\n        - call: "${tool}"\n`);
    // Whether a busy machine let the generator be on time is no matter of this test.
    const checks = results.runs.flatMap((one) => one.checks).filter(({ id }) => id !== 'generator-on-time');
    expect(checks.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
    expect(results.runs[0]?.metrics.availability).toMatchObject({ value: 1 });
    expect(processesWith(folder.path)).toEqual([]);
  });
});
