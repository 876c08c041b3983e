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

/** How many checks each scenario has, and which of them fail, with the reason. */
const scenarios: Record<string, { checks: number; failures: Record<string, string> }> = {
  'tasks-lifecycle': { checks: 9, failures: {} },
  'tasks-capability-negotiation': { checks: 5, failures: {} },
  'tasks-wire-fields': { checks: 4, failures: {} },
  'tasks-request-state-removal': { checks: 3, failures: {} },
  'tasks-mrtr-input': { checks: 4, failures: {} },
  'tasks-request-headers': { checks: 5, failures: {} },
  'tasks-dispatch-and-envelope': { checks: 9, failures: {} },
  'tasks-required-task-error': { checks: 3, failures: {} },
  'tasks-mrtr-composition': {
    checks: 2,
    failures: {
      'sep-2663-mrtr-synchronous-before-task-creation':
        'no tool asks for input (SEP-2322) before the server makes a task of it',
    },
  },
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

describe.each(Object.entries(scenarios))('%s', (scenario, { checks, failures }) => {
  it(
    'is passed but for what is said here',
    async () => {
      using folder = temporaryFolder();
      const store = `sqlite:${join(folder.path, 'store.sqlite')}`;
      await using replica = await startProgram(server, { WINDTUNNEL_TASK_STORE: store });
      const found = await checksOf(scenario, replica.url);
      const others = found.filter(({ status }) => status !== 'SUCCESS');
      expect(others.filter(({ id }) => !(id in failures))).toEqual([]);
      // A failure that passes must leave the list.
      expect(others.map(({ id }) => id)).toEqual(Object.keys(failures));
      expect(found).toHaveLength(checks);
    },
    scenarioTimeoutMs + 10_000,
  );
});
