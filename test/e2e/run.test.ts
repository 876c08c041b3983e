import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Plan } from '../../src/scenario/index.ts';
import type { Results, RunResult } from '../../src/verdict/index.ts';
import { cli, processesWith, temporaryFolder } from '../support/cli.ts';
import { recordedEvents } from '../support/recorded.ts';
import { expectSound } from '../support/sound.ts';

const readJson = <T>(folder: string, file: string) =>
  JSON.parse(readFileSync(join(folder, file), 'utf8')) as T;
const runOf = (results: Results, deployment: string): RunResult => {
  const run = results.runs.find((one) => one.deployment === deployment);
  if (!run) throw new Error(`no run of ${deployment}`);
  return run;
};
const short = ['--duration', '5s', '--seed', '7'];

describe('windtunnel run', () => {
  it('leaves an experiment as the README describes it, with losses as theory predicts', async () => {
    using folder = temporaryFolder();
    const out = join(folder.path, 'experiment');
    const deployments =
      'stateful-round-robin,stateful-sticky,stateful-shared-store,stateless,stateless-local-state';
    const { code, stdout, stderr } = await cli([
      'run',
      'crash',
      '--deployment',
      deployments,
      ...short,
      '--out',
      out,
    ]);
    expect(stderr + stdout).toContain('report.html');
    expectSound(code, readJson(out, 'results.json'));

    expect(readdirSync(out).sort()).toEqual(['plan.json', 'report.html', 'results.json', 'runs']);
    expect(readdirSync(join(out, 'runs/stateless-0')).sort()).toEqual([
      'events.ndjson',
      'ledger.ndjson',
      'logs',
    ]);
    const plan = readJson<Plan>(out, 'plan.json');
    expect(plan).toMatchObject({
      schemaVersion: 1,
      seed: 7,
      repeats: 1,
      backend: 'process',
      balancer: 'embedded',
    });

    const results = readJson<Results>(out, 'results.json');
    expect(results).toMatchObject({
      schemaVersion: 1,
      scenario: { name: 'crash' },
      seed: 7,
      verdict: 'pass',
    });
    expect(results.runs).toHaveLength(5);

    // In memory, in rotation: a follow-up finds its session with probability 1/N.
    const rotating = runOf(results, 'stateful-round-robin').metrics.session_loss;
    expect(rotating).toMatchObject({ denominator: 60, causes: { expiry: 0, unattributed: 0 } });
    expect('value' in rotating && rotating.value).toBeGreaterThan(0.95);
    expect('causes' in rotating && rotating.causes.misroute).toBeGreaterThan(40);

    // Of about 250 before the crash, 1/3 ± 0.12 is four standard errors. Without the dead replica its turns go to its
    // neighbour, which then has two of three: a follow-up finds its session with (2/3)² + (1/3)² = 5/9.
    const followUps = followUpsOf(out, 'stateful-round-robin');
    expect(followUps.sent).toBeGreaterThan(150);
    expect(followUps.found / followUps.sent).toBeGreaterThan(1 / 3 - 0.12);
    expect(followUps.found / followUps.sent).toBeLessThan(1 / 3 + 0.12);

    // In memory, with affinity: the sessions that the dead replica held, and no other; all by the crash.
    const sticky = runOf(results, 'stateful-sticky').metrics;
    expect(sticky.session_loss).toMatchObject({
      numerator: heldByTheDead(out, 'stateful-sticky'),
      denominator: 60,
    });
    expect(sticky.session_loss).toMatchObject({ causes: { misroute: 0, expiry: 0, unattributed: 0 } });
    expect(sticky.lost_update).toMatchObject({ numerator: 0, unexpected: 0 });

    // In a shared store nothing is lost but requests in flight.
    expect(runOf(results, 'stateful-shared-store').metrics.session_loss).toMatchObject({
      numerator: 0,
      denominator: 60,
    });
    const stateless = runOf(results, 'stateless').metrics;
    expect(stateless.session_loss).toEqual({ notApplicable: '2026-07-28 has no sessions' });
    for (const metrics of [stateless, runOf(results, 'stateful-shared-store').metrics]) {
      expect(metrics.state_loss).toMatchObject({ numerator: 0 });
      expect(metrics.lost_update).toMatchObject({ numerator: 0, unexpected: 0 });
      expect(metrics.duplicate_execution).toMatchObject({ numerator: 0 });
    }

    // A stateless protocol does not make an application stateless.
    const local = runOf(results, 'stateless-local-state').metrics.state_loss;
    expect('value' in local && local.value).toBeGreaterThan(0.6);

    for (const run of results.runs) {
      expect(run.checks.find((check) => check.id === 'record-complete')).toMatchObject({ verdict: 'pass' });
    }
    expect(processesWith(out)).toEqual([]);

    // Judged again from the files alone, it is the same.
    const before = readFileSync(join(out, 'results.json'), 'utf8');
    const again = await cli(['report', out, '--quiet']);
    expect(again).toMatchObject({ code, stdout: '', stderr: '' });
    expect(readFileSync(join(out, 'results.json'), 'utf8')).toBe(before);
  });

  it.concurrent('prints what a machine needs on standard output alone, and no control codes without a terminal', async () => {
    using folder = temporaryFolder();
    const out = join(folder.path, 'experiment');
    const { code, stdout, stderr } = await cli([
      'run',
      'steady',
      '--deployment',
      'stateless',
      ...short,
      '--out',
      out,
      '--json',
    ]);
    expectSound(code, readJson(out, 'results.json'));
    expect(stdout).toBe(readFileSync(join(out, 'results.json'), 'utf8'));
    expect(stderr).toContain('steady');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape is what must not be there.
    expect(stderr).not.toMatch(/\u001b/);
    for (const line of stderr.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });

  it.concurrent('ends at once, with its last output, when a replica does not start', async () => {
    using folder = temporaryFolder();
    const out = join(folder.path, 'experiment');
    // The servers inherit it and refuse it.
    const env = { WINDTUNNEL_DRAIN_MS: '-1' };
    const { code, stderr } = await cli(['run', 'steady', '--out', out, '--quiet'], { env });
    expect(code).toBe(70);
    expect(stderr).toContain(
      'ended before it was ready (exit code 64). Its last output:\nWINDTUNNEL_DRAIN_MS=-1',
    );
    expect(stderr).toContain(join(out, 'runs/stateful-round-robin-0/logs/r'));
    expect(readJson<Results>(out, 'results.json').runs).toHaveLength(1);
    expect(processesWith(out)).toEqual([]);
  });

  it.concurrent('runs twice at once without getting in its own way', async () => {
    using folder = temporaryFolder();
    const args = ['run', 'crash', '--deployment', 'stateless', ...short, '--quiet'];
    const both = await Promise.all([cli(args, { cwd: folder.path }), cli(args, { cwd: folder.path })]);
    expect(both.map(({ stderr }) => stderr)).toEqual(['', '']);
    const experiments = readdirSync(join(folder.path, 'reports'));
    expect(experiments).toHaveLength(2);
    for (const name of experiments)
      expect(existsSync(join(folder.path, 'reports', name, 'report.html'))).toBe(true);
  });
});

/** The first follow-up of each session before the crash, and how many of them found it. */
function followUpsOf(out: string, deployment: string): { sent: number; found: number } {
  const events = recordedEvents(out, `${deployment}-0`);
  const crash = events.find((event) => event.type === 'fault-began');
  const before = events.filter((event) => event.atUs < crash.atUs);
  const opened = before.filter((event) => event.type === 'session-opened').length;
  const lost = before.filter((event) => event.asked === 'notifications/initialized').length;
  return { sent: opened, found: opened - lost };
}

/** From the records alone: sessions that the killed process had established. */
function heldByTheDead(out: string, deployment: string): number {
  const events = recordedEvents(out, `${deployment}-0`);
  const killed = events.find((event) => event.type === 'replica-signalled' && event.signal === 'SIGKILL');
  const replicas = new Map(
    events.filter((event) => event.type === 'routed').map((event) => [event.requestId, event.replica]),
  );
  return events.filter(
    (event) =>
      event.type === 'session-opened' &&
      event.generation === 0 &&
      event.atUs < killed.atUs &&
      replicas.get(event.requestId) === killed.replica,
  ).length;
}
