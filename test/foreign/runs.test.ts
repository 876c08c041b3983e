import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { Results } from '../../src/verdict/index.ts';
import { cli, processesWith, startCli, temporaryFolder, until } from '../support/cli.ts';
import { expectSound } from '../support/sound.ts';

/** Runs of a second or two over servers that are not ours, under the real command line. */

const fixture = fileURLToPath(new URL('./servers/fixture.mjs', import.meta.url));
const echo = fileURLToPath(new URL('./echo.yaml', import.meta.url));
const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());

interface Ran {
  code: number | null;
  stderr: string;
  out: string;
  plan: { deployments: Record<string, unknown>[] };
  results: Results;
}

interface Asked {
  scenario?: string;
  rest?: string;
  args?: string[];
  env?: Record<string, string>;
}

async function ran(name: string, server: Record<string, unknown>, asked: Asked = {}): Promise<Ran> {
  const { scenario = echo, rest = '', args = [], env = {} } = asked;
  const path = join(folder.path, `${name}.yaml`);
  writeFileSync(path, `name: mine\ndescription: d\nserver: ${JSON.stringify(server)}\n${rest}`);
  // No path begins another's: it is what the processes of a run are found by.
  const out = join(folder.path, name, 'experiment');
  const run = await cli(['run', scenario, '--deployment', path, '--out', out, ...args], { env });
  expect(processesWith(out)).toEqual([]);
  const read = (file: string) => JSON.parse(readFileSync(join(out, file), 'utf8'));
  return { ...run, out, plan: read('plan.json'), results: read('results.json') };
}

const command = (env: Record<string, string> = {}) => ({
  command: [process.execPath, fixture, '${port}'],
  env,
});

/** Everything that a folder holds, as text. */
function allTextIn(path: string): string {
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map((name) => join(path, name))
    .filter((file) => statSync(file).isFile())
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
}

describe('a command as two replicas behind the balancer', () => {
  it('keeps its sessions with affinity, and passes without a ledger', async () => {
    const rest = 'routing: session-affinity\nstate: memory\nreplicas: 2\n';
    const { code, plan, results } = await ran('sessions', command(), { rest });
    expect(plan.deployments[0]).toMatchObject({ protocol: '2025-11-25', state: 'memory' });
    expect(results.runs[0]?.metrics).toMatchObject({
      session_loss: { numerator: 0, denominator: 4 },
      duplicate_execution: { notApplicable: 'the server keeps no ledger' },
      result_loss: { notApplicable: 'the server keeps no ledger' },
      state_loss: { notApplicable: 'the journey writes no state' },
    });
    expectSound(code, results);
  });

  it('loses them in rotation, which is counted', async () => {
    const { results } = await ran('rotation', command(), { rest: 'replicas: 2\n' });
    const { session_loss: loss } = results.runs[0]?.metrics ?? {};
    expect(loss).toMatchObject({ denominator: 4, answers: { '404 -32001': expect.any(Number) } });
  });

  it('that keeps no sessions has none to lose', async () => {
    const { code, results } = await ran('sessionless', command({ MODE: 'sessionless' }), {
      rest: 'replicas: 2\n',
    });
    expect(results.runs[0]?.metrics.session_loss).toEqual({
      notApplicable: 'the server gave no session ids: it keeps no sessions',
    });
    expectSound(code, results);
  });

  it('is found to speak 2026-07-28', async () => {
    const { code, plan, results } = await ran('modern', command({ MODE: 'modern' }), {
      rest: 'replicas: 2\n',
    });
    expect(plan.deployments[0]).toMatchObject({ protocol: '2026-07-28' });
    expectSound(code, results);
  });

  it.each(['wire', 'sdk', 'sdk-v2'])(
    'is spoken to in an older revision by %s, which is said',
    async (client) => {
      const { code, results, stderr } = await ran(
        `older-${client}`,
        command({ FIXTURE_VERSION: '2025-06-18' }),
        {
          rest: 'replicas: 1\n',
          args: ['--client', client],
        },
      );
      expect(stderr).toContain('mine speaks 2025-06-18, and is spoken to in that');
      expectSound(code, results);
    },
  );

  it.each(['wire', 'sdk'])(
    'is given its secret with every request of %s, and no file has it',
    async (client) => {
      const secret = 'sehr-geheim-4711';
      const server = {
        ...command({ FIXTURE_TOKEN: '${env:TOKEN_OF_TEST}' }),
        headers: { Authorization: 'Bearer ${env:TOKEN_OF_TEST}' },
      };
      const asked = { rest: 'replicas: 2\nrouting: session-affinity\n', env: { TOKEN_OF_TEST: secret } };
      const { code, out, results, stderr } = await ran(`secret-${client}`, server, {
        ...asked,
        args: ['--client', client],
      });
      expectSound(code, results);
      // Without its token the server answers nothing.
      expect(results.runs[0]?.metrics.availability).toMatchObject({ value: 1 });
      expect(stderr).not.toContain(secret);
      expect(allTextIn(out)).not.toContain(secret);
      expect(allTextIn(out)).toContain('${env:TOKEN_OF_TEST}');
    },
  );

  it('that forks and leaves its group leaves nothing, and one that ignores SIGTERM is killed', async () => {
    const restart = join(folder.path, 'restart.yaml');
    const faults = 'faults: [{ at: 300ms, fault: restart, grace: 100ms }]\n';
    writeFileSync(restart, readFileSync(echo, 'utf8').replace('expect:', `${faults}expect:`));
    const rest = 'replicas: 2\n';
    const [forks, stubborn] = await Promise.all([
      ran('forks', command({ MODE: 'forks' }), { rest, scenario: restart }),
      ran('stubborn', command({ MODE: 'ignores-sigterm' }), { rest, scenario: restart }),
    ]);
    expect(stubborn.stderr).toContain('mine: r1, r2 did not end within');
    expect(forks.stderr).not.toContain('SIGKILL');
    const events = allTextIn(join(stubborn.out, 'runs/mine-0')).split('\n');
    expect(events.filter((line) => line.includes('"signal":"SIGKILL"')).length).toBeGreaterThan(0);
  });

  it('whose tool says that it failed may have had its effect all the same', async () => {
    const scenario = join(folder.path, 'calls-fails.yaml');
    const text = readFileSync(echo, 'utf8').replace('call: echo', 'call: fails');
    writeFileSync(scenario, text.replace('availability: { min: 0.99 }', 'availability: { max: 0 }'));
    const { out, code, results } = await ran('fails', command(), { rest: 'replicas: 1\n', scenario });
    const operations = readFileSync(join(out, 'runs/mine-0/events.ndjson'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{"type":"operation"'))
      .map((line) => JSON.parse(line));
    expect(operations.length).toBeGreaterThan(5);
    expect(new Set(operations.map(({ outcome }) => outcome))).toEqual(new Set(['info']));
    expect(operations[0].failure).toMatchObject({ kind: 'tool-error', message: 'half of it was done' });
    expectSound(code, results);
  });

  it('is ready by its output where that is asked', async () => {
    const ready = { output: 'listening on port \\d+' };
    const { code, results } = await ran(
      'ready-output',
      { ...command(), ready },
      { rest: 'replicas: 2\nrouting: hash\n' },
    );
    expectSound(code, results);
  });
});

describe('a harness that is killed', () => {
  it('leaves nothing of a server that forks, not even what has left its group', async () => {
    const path = join(folder.path, 'killed.yaml');
    const server = JSON.stringify(command({ MODE: 'forks' }));
    writeFileSync(path, `name: mine\ndescription: d\nserver: ${server}\nreplicas: 2\n`);
    const out = join(folder.path, 'out-killed');
    const { child, finished } = startCli([
      'run',
      echo,
      '--deployment',
      path,
      '--out',
      out,
      '--duration',
      '60s',
    ]);
    const begun = () => /"type":"operation"/.test(eventsOf(out));
    await until(begun, () => `no operation in ${out}`);
    expect(processesWith(out).filter(({ command }) => command.includes('setInterval'))).toHaveLength(4);
    child.kill('SIGKILL');
    await finished;
    await until(
      () => processesWith(out).length === 0,
      () => JSON.stringify(processesWith(out)),
    );
  });
});

function eventsOf(out: string): string {
  const file = join(out, 'runs/mine-0/events.ndjson');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

describe('an address', () => {
  it('is asked directly; what its processes do has no meaning, and the report says so', async () => {
    await using server = await started();
    const { code, out, plan, results } = await ran('url', { url: `http://localhost:${server.port}` });
    expect(plan.deployments[0]).toMatchObject({ routing: 'none', replicas: 1, protocol: '2025-11-25' });
    const elsewhere = { notApplicable: 'the server runs elsewhere: its processes are not seen from here' };
    expect(results.runs[0]?.metrics).toMatchObject({
      session_loss: { numerator: 0, denominator: 4 },
      load_skew: elsewhere,
      replica_cpu: elsewhere,
      replica_rss: elsewhere,
      duplicate_execution: { notApplicable: 'the server keeps no ledger' },
    });
    expectSound(code, results);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('external, asked directly');
    expect(server.isAlive()).toBe(true);
  });
});

async function started() {
  const child = spawn(process.execPath, [fixture, '0'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [text] = await once(child.stdout, 'data');
  return {
    port: Number(/port (\d+)/.exec(String(text))?.[1]),
    isAlive: () => child.exitCode === null && child.signalCode === null,
    async [Symbol.asyncDispose]() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}
