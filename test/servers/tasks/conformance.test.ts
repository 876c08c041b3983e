import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/cli.ts';
import { exitOf } from '../../support/output-of.ts';
import { startProgram } from '../replica.ts';

/** What the official conformance suite says of the tasks extension, with the tools that its scenarios call. */

const suite = createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/dist/index.js');
const server = new URL('suite-server-main.ts', import.meta.url);
const scenarioTimeoutMs = 60_000;

interface Check {
  id: string;
  status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO';
  errorMessage?: string;
}

/** How many checks each scenario has; none of them fails. */
const scenarios: Record<string, number> = {
  'tasks-lifecycle': 9,
  'tasks-capability-negotiation': 5,
  'tasks-wire-fields': 4,
  'tasks-request-state-removal': 3,
  'tasks-mrtr-input': 4,
  'tasks-request-headers': 5,
  'tasks-dispatch-and-envelope': 9,
  'tasks-required-task-error': 3,
  'tasks-mrtr-composition': 2,
};

async function checksOf(scenario: string, url: URL): Promise<Check[]> {
  using folder = temporaryFolder();
  // They are scenarios of an extension, which the suite runs for no revision unless it is made to.
  const which = ['--scenario', scenario, '--spec-version', '2026-07-28', '--force'];
  const args = [suite, 'server', '--url', url.href, ...which, '-o', folder.path];
  const options = { cwd: folder.path, timeout: scenarioTimeoutMs };
  const child = spawn(process.execPath, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const { signal, stderr } = await exitOf(child);
  const [result] = readdirSync(folder.path);
  if (result === undefined) throw new Error(`${scenario}: no result, ${signal}: ${stderr}`);
  return JSON.parse(readFileSync(join(folder.path, result, 'checks.json'), 'utf8')) as Check[];
}

describe.each(Object.entries(scenarios))('%s', (scenario, checks) => {
  it(
    'is passed',
    async () => {
      using folder = temporaryFolder();
      const store = `sqlite:${join(folder.path, 'store.sqlite')}`;
      await using replica = await startProgram(server, { WINDTUNNEL_TASK_STORE: store });
      const found = await checksOf(scenario, replica.url);
      expect(found.filter(({ status }) => status !== 'SUCCESS')).toEqual([]);
      expect(found).toHaveLength(checks);
    },
    scenarioTimeoutMs + 10_000,
  );
});
