import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/cli.ts';
import { exitOf } from '../support/output-of.ts';
import { expectedFailures, mustPass } from './conformance-expected.ts';
import { type ServerName, servers, startReplica } from './replica.ts';

/** What the official conformance suite says of the reference servers. */

const require = createRequire(import.meta.url);
const suite = require.resolve('@modelcontextprotocol/conformance/dist/index.js');
const suiteTimeoutMs = 150_000;

interface Check {
  id: string;
  status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO';
  errorMessage?: string;
}

/** All checks of all scenarios that a revision requires, by scenario. */
async function conformance(server: ServerName): Promise<Map<string, Check[]>> {
  await using replica = await startReplica(server);
  using folder = temporaryFolder();
  const revision = server === 'stateless-v2' ? '2026-07-28' : '2025-11-25';
  const args = ['server', '--url', replica.url.href, '--requirements', revision, '-o', folder.path];
  const options = { cwd: folder.path, timeout: suiteTimeoutMs };
  const { code, signal, stdout, stderr } = await exitOf(
    spawn(process.execPath, [suite, ...args], { ...options, stdio: ['ignore', 'pipe', 'pipe'] }),
  );
  // It exits 1 for any failure, the expected ones too.
  expect({ code, signal, stderr }).toMatchObject({ code: 1, signal: null });
  const asked = [...stdout.matchAll(/^=== Running scenario: (\S+) ===$/gm)].map((match) => match[1]);
  const results = new Map(
    readdirSync(folder.path).map((name) => [
      name.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT[\w-]+$/, ''),
      JSON.parse(readFileSync(join(folder.path, name, 'checks.json'), 'utf8')) as Check[],
    ]),
  );
  expect([...results.keys()].sort()).toEqual(asked.sort());
  return results;
}

describe.each(servers)('%s', (server) => {
  it(
    'conforms in all that it declares',
    async () => {
      const results = await conformance(server);
      const expected = expectedFailures[server];
      const failed = [...results].flatMap(([scenario, checks]) =>
        checks
          .filter(({ status }) => status === 'FAILURE')
          .map(({ id, errorMessage }) => ({ scenario, id, errorMessage })),
      );
      const keyOf = ({ scenario, id }: { scenario: string; id: string }) =>
        `${scenario}/${id}` in expected ? `${scenario}/${id}` : scenario;
      const unexpected = failed.filter((one) => one.id === 'wire-schema-valid' || !(keyOf(one) in expected));
      expect(unexpected).toEqual([]);

      // An expected failure that passes is no longer one: it must leave the list.
      const met = new Set(failed.map(keyOf));
      expect(Object.keys(expected).filter((key) => !met.has(key))).toEqual([]);

      for (const scenario of mustPass[server]) {
        const passed = results.get(scenario)?.filter(({ status }) => status === 'SUCCESS');
        expect(passed?.length, scenario).toBeGreaterThan(0);
      }
      const valid = [...results.values()].flat().filter(({ id }) => id === 'wire-schema-valid');
      expect(valid.length).toBeGreaterThan(20);
    },
    suiteTimeoutMs + 10_000,
  );
});
