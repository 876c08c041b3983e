import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { missingProgram, prepareForeign } from '../../infra/foreign/prepare.ts';
import type { LedgerEntry, RunEvent } from '../../src/record/index.ts';
import type { Results } from '../../src/verdict/index.ts';
import { cli, type Folder, temporaryFolder } from '../support/cli.ts';
import { eventsOf } from '../support/fakes.ts';
import { root } from '../support/plan.ts';
import { need } from '../support/requirements.ts';

const scenario = fileURLToPath(new URL('./remember.yaml', import.meta.url));
const example = fileURLToPath(new URL('../../docs/examples/ledger-server.mjs', import.meta.url));

const commands = {
  'python-sdk': ['.venv/bin/python', 'server.py', '${port}'],
  'go-sdk': ['./server', '${port}'],
};
/** The first time, the packages of the language are fetched. */
const prepareTimeoutMs = 400_000;

/** A deployment of a command that takes part. */
function deploymentOf(folder: Folder, name: string, cwd: string, command: readonly string[]): string {
  const path = join(folder.path, `${name}.yaml`);
  const server = { command, cwd, ledger: true, protocol: '2025-11-25' };
  const file = { name, description: 'for a test', server, routing: 'session-affinity' };
  // JSON is YAML.
  writeFileSync(path, JSON.stringify(file));
  return path;
}

async function run(folder: Folder, deployment: string, name: string) {
  const out = join(folder.path, 'out');
  const ended = await cli([
    'run',
    scenario,
    '--deployment',
    deployment,
    '--replicas',
    '2',
    '--quiet',
    '--out',
    out,
  ]);
  expect(ended.code, ended.stderr).not.toBeGreaterThan(2);
  const lines = <T>(file: string) =>
    readFileSync(join(out, 'runs', `${name}-0`, file), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as T);
  const results: Results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'));
  const [only] = results.runs;
  if (only === undefined) throw new Error('there is no run');
  return {
    run: only,
    events: lines<RunEvent>('events.ndjson'),
    entries: lines<LedgerEntry>('ledger.ndjson'),
  };
}

/** Every acknowledged call is committed exactly once, by a process that the run knows, also by the one that was killed. */
function expectWhole({ run: { metrics, checks }, events, entries }: Awaited<ReturnType<typeof run>>) {
  const acknowledged = eventsOf(events, 'operation').filter(({ outcome }) => outcome === 'ok');
  const commits = entries.filter((entry) => entry.event === 'commit');
  const begins = entries.filter((entry) => entry.event === 'begin');
  expect(acknowledged.length).toBeGreaterThan(20);
  const times = acknowledged.map(
    ({ opId }) => commits.filter((entry) => entry.event === 'commit' && entry.opId === opId).length,
  );
  expect(new Set(times)).toEqual(new Set([1]));
  expect(begins.length).toBeGreaterThanOrEqual(commits.length);
  const started = eventsOf(events, 'replica-started').map(({ replica, boot }) => `${replica} ${boot}`);
  const committed = new Set(commits.map(({ replica, boot }) => `${replica} ${boot}`));
  expect([...committed].filter((process) => !started.includes(process))).toEqual([]);
  expect([...committed]).toEqual(expect.arrayContaining(['r1 1', 'r2 1']));
  const beganUs = eventsOf(events, 'run-began')[0]?.atUs ?? Number.NaN;
  const endedUs = eventsOf(events, 'run-ended')[0]?.atUs ?? Number.NaN;
  for (const { atUs } of commits) {
    expect(atUs).toBeGreaterThan(beganUs);
    expect(atUs).toBeLessThan(endedUs);
  }
  expect(eventsOf(events, 'ledger-read')).toHaveLength(started.length);
  expect(metrics.duplicate_execution).toMatchObject({ numerator: 0, denominator: commits.length });
  expect(metrics.result_loss).toMatchObject({ denominator: commits.length });
  expect(checks.find(({ id }) => id === 'record-complete')?.verdict).toBe('pass');
}

describe('a server takes part in the ledger', () => {
  it('on the TypeScript SDK, numbering its lines', async () => {
    using folder = temporaryFolder();
    const command = [process.execPath, example, '${port}'];
    const ran = await run(folder, deploymentOf(folder, 'typescript', root, command), 'typescript');
    expectWhole(ran);
    const numbers = ran.entries.filter((entry) => entry.replica === 'r2').map(({ seq }) => seq);
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
    const ends = ran.entries.filter(({ event }) => event === 'end');
    expect(ends.map(({ replica, boot }) => `${replica} ${boot}`).sort()).toEqual(['r1 2', 'r2 1']);
  });

  for (const name of ['python-sdk', 'go-sdk'] as const) {
    it(`on an official SDK: ${name}`, { timeout: prepareTimeoutMs }, async ({ skip }) => {
      const missing = missingProgram(name);
      need(missing === undefined ? { met: true } : { met: false, reason: `no ${missing}` }, skip);
      using folder = temporaryFolder();
      const cwd = await prepareForeign(name);
      expectWhole(await run(folder, deploymentOf(folder, name, cwd, commands[name]), name));
    });
  }
});
