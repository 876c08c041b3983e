import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Results } from '../../src/verdict/index.ts';
import { processesWith, startCli, temporaryFolder, until } from '../support/cli.ts';

/** How long the generator is kept from its work: far more than a tenth of the deadline. */
const heldMs = 1500;

it('a run whose load generator was held up is unknown, and says what to lower', async () => {
  using folder = temporaryFolder();
  const out = join(folder.path, 'run');
  const args = [
    'run',
    'steady',
    '--deployment',
    'stateless',
    '--duration',
    '4s',
    '--sessions',
    '20',
    '--out',
    out,
  ];
  const { finished } = startCli(args);
  const events = join(out, 'runs/stateless-0/events.ndjson');
  await until(
    () => existsSync(events) && readFileSync(events, 'utf8').includes('"type":"operation"'),
    () => 'no operation is recorded',
  );
  const generator = processesWith(out).find(({ command }) => command.includes('/generator/main'));
  expect(generator).toBeDefined();
  process.kill(generator?.pid ?? 0, 'SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, heldMs));
  process.kill(generator?.pid ?? 0, 'SIGCONT');

  expect((await finished).code).toBe(2);
  const results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;
  const check = results.runs[0]?.checks.find(({ id }) => id === 'generator-on-time');
  expect(check?.verdict).toBe('unknown');
  expect(check?.reason).toContain('--rate');
  expect(results.verdict).toBe('unknown');
});
