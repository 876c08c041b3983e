import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { cli, temporaryFolder } from '../support/cli.ts';
import { eventsOf } from '../support/fakes.ts';
import { hostileRun } from './hostile-run.ts';

const secret = 's3cr"et\\pass/wörd&zqxj';
const here = (name: string) => fileURLToPath(new URL(`./servers/${name}`, import.meta.url));
/** Parts of it that every writing of it leaves as they are, and how base64 shows what stands behind `me:`. */
const traces = ['s3cr', 'zqxj', Buffer.from(`me:${secret}`).toString('base64').slice(8, 20)];

const run = (env: Record<string, string>) =>
  hostileRun('tells-secrets-main.ts', 'stateful-sticky', ['--replicas', '2'], env, 'tells-secrets.yaml');

/** Each text that holds a trace of the secret, by its name. */
const telling = (texts: Record<string, string>) =>
  Object.entries(texts).flatMap(([name, text]) =>
    traces.filter((trace) => text.includes(trace)).map((trace) => `${name}: ${trace}`),
  );

function filesOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), 'utf8')]),
  );
}

describe('a secret of a journey', () => {
  it('reaches the server, and no file and no terminal, whatever the server does with it', async () => {
    using ran = await run({ TELLS_SECRET: secret });
    const operations = eventsOf(ran.events('stateful-sticky'), 'operation');
    const told = operations.filter(({ index }) => index % 4 === 0);
    expect(told.length).toBeGreaterThan(5);
    expect(told.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);

    const files = filesOf(ran.out);
    expect(telling({ ...files, stdout: ran.stdout, stderr: ran.stderr })).toEqual([]);
    // It was there to be taken out.
    const placeholder = '${env:TELLS_SECRET}';
    expect(
      Object.keys(files)
        .filter((name) => files[name]?.includes(placeholder))
        .sort(),
    ).toEqual(
      [
        'events.ndjson',
        'ledger.ndjson',
        'plan.json',
        'r1-1.log',
        'r2-1.log',
        'report.html',
        'results.json',
      ].sort(),
    );
    const told2 = operations.find(({ tool }) => tool === 'fails')?.failure?.message;
    expect(told2).toBe(`${'-'.repeat(488)}${placeholder}`);

    // Judging again needs no environment.
    const again = await cli(['report', ran.out, '--quiet']);
    expect([0, 1, 2]).toContain(again.code);
  });

  it('of a deployment is in no file either: in headers, in the command, in the environment of the server', async () => {
    using folder = temporaryFolder();
    const deployment = join(folder.path, 'told.yaml');
    const server = {
      command: [process.execPath, here('tells-secrets-main.ts'), '--token', '${env:TELLS_SECRET}'],
      env: { TELLS_GIVEN: '${env:TELLS_SECRET}' },
      headers: { 'X-Token': 'Bearer ${env:TELLS_HEADER}' },
      ledger: true,
      protocol: '2025-11-25',
    };
    writeFileSync(deployment, JSON.stringify({ name: 'told', description: 'told', server }));
    const out = join(folder.path, 'out');
    const env = { TELLS_SECRET: secret, TELLS_HEADER: 's3cr-in-header' };
    const args = ['--deployment', deployment, '--replicas', '1', '--out', out];
    const ran = await cli(['run', here('tells-secrets.yaml'), ...args], { env });
    expect(ran.code, ran.stderr).not.toBeGreaterThan(2);
    // Not that of `env` or `headers`, which nobody else can read.
    expect(ran.stderr.match(/^.*can be read by every user.*$/gm)).toEqual([
      'told: ${env:TELLS_SECRET} in `command` can be read by every user of this machine while the server runs (ps); in `env` it cannot.',
    ]);
    const files = filesOf(out);
    expect(telling({ ...files, stdout: ran.stdout, stderr: ran.stderr })).toEqual([]);
    expect(files['r1-1.log']).toContain('${env:TELLS_SECRET} {"TELLS_GIVEN":"${env:TELLS_SECRET}"}');
    expect(files['events.ndjson']).toContain('Bearer ${env:TELLS_HEADER}');
  });

  it('is not in the last words of a server that does not start', async () => {
    using ran = await run({ TELLS_SECRET: secret, TELLS_ENV: '1' });
    expect(ran.code).toBe(70);
    expect(ran.stderr).toContain(': no database');
    expect(telling({ ...filesOf(ran.out), stderr: ran.stderr })).toEqual([]);
    expect(ran.leftOver()).toEqual([]);
  });

  it.each([
    ['is not set', {}],
    ['is empty', { TELLS_SECRET: '' }],
    ['is shorter than 8 characters', { TELLS_SECRET: '4711' }],
  ])('that %s is refused before anything starts', async (what, env) => {
    using ran = await run(env);
    expect(ran.code).toBe(64);
    expect(ran.stderr).toContain('tells-secrets.yaml:');
    expect(ran.stderr).toContain(what);
    expect(ran.stderr).not.toContain('4711');
  });
});
