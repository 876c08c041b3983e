import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type HarnessError, systemClock } from '../../src/core/index.ts';
import { type Provisioner, processProvisioner, type RunningReplica } from '../../src/topology/index.ts';
import { eventually, isRunning } from './fixtures/processes.ts';
import { fixtureSpec, type RecordedEvents, recordedEvents, recordedGuard } from './fixtures/recording.ts';

let folder: string;
let events: RecordedEvents;
let guard: ReturnType<typeof recordedGuard>;
let provisioner: Provisioner;
const never = new AbortController().signal;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'windtunnel-topology-test-'));
  events = recordedEvents();
  guard = recordedGuard();
  provisioner = processProvisioner({ clock: systemClock(), events, guard });
});

afterEach(async () => {
  await provisioner[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const start = (changes: Parameters<typeof fixtureSpec>[3] = {}) =>
  provisioner.start(fixtureSpec(folder, 'r1', 1, changes), never);

async function failure(starting: Promise<RunningReplica>): Promise<HarnessError> {
  return starting.then(
    () => expect.unreachable('it became ready'),
    (error: HarnessError) => error,
  );
}

interface Told {
  method: string;
  deleted: number;
  headers: Record<string, string>;
}

async function ask(replica: RunningReplica): Promise<Told> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  const response = await fetch(replica.url, { method: 'POST', body });
  return ((await response.json()) as { result: Told }).result;
}

describe('a replica that starts', () => {
  test('is ready when it has answered `initialize`, and is left without a session', async () => {
    const replica = await start();
    expect(replica).toMatchObject({ replica: 'r1', boot: 1 });
    expect(replica.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/);
    expect((await ask(replica)).deleted).toBe(1);
    expect(events.all).toMatchObject([
      { type: 'replica-ordered', replica: 'r1', boot: 1 },
      { type: 'replica-started', replica: 'r1', boot: 1, pid: replica.pid },
      { type: 'replica-listening', replica: 'r1', boot: 1 },
      { type: 'replica-ready', replica: 'r1', boot: 1, url: replica.url },
    ]);
    expect([...guard.guarded]).toEqual([replica.pid]);
    // At its start, and when it was ready; on Linux alone.
    const sampled = process.platform === 'linux' ? 2 : 0;
    expect(events.usage.length).toBeGreaterThanOrEqual(sampled);
    for (const usage of events.usage) expect(usage).toMatchObject({ replica: 'r1', boot: 1 });
  });

  test('is ready when it has answered `server/discover`, or does not know that', async () => {
    for (const mode of ['good', 'discovers-not']) {
      const replica = await start({ protocol: '2026-07-28', mode });
      expect(replica.url).toMatch(/\/mcp$/);
      expect((await ask(replica)).deleted).toBe(0);
    }
  });

  test.each(['answers-by-sse', 'announces-on-stderr', 'ready-at-third'])('is ready: %s', async (mode) => {
    expect((await start({ mode })).pid).toBeGreaterThan(1);
  });

  test('writes to its log after what an earlier boot wrote, and is found by its own words', async () => {
    const first = await start();
    first.signal('SIGKILL');
    await first.exited;
    const second = await provisioner.start(fixtureSpec(folder, 'r1', 2), never);
    const log = readFileSync(join(folder, 'logs', 'r1.log'), 'utf8');
    const origins = [first, second].map((replica) => replica.url.replace('/mcp', ''));
    expect(log).toBe(origins.map((origin) => `listening at ${origin}\n`).join(''));
  });
});

describe('a replica that does not start', () => {
  test('dies: its last output and the name of its log are told', async () => {
    const error = await failure(start({ mode: 'exits-at-start' }));
    expect(error).toMatchObject({ name: 'HarnessError', code: 'server' });
    expect(error.message).toMatch(/^r1 \(boot 1\) ended before it was ready \(exit code 3\)/);
    expect(error.message).toMatch(/reading the configuration\nError: the configuration is wrong$/);
    expect(error.hint).toContain(join(folder, 'logs', 'r1.log'));
    expect(events.all.at(-1)).toMatchObject({ type: 'replica-exited', exitCode: 3, expected: false });
    expect(guard.guarded.size).toBe(0);
  });

  test.each([
    ['never-ready', /not ready within 3 s: http\S+: it answered 503 still loading the model\. .*listening/s],
    [
      'announces-nothing',
      /not ready within 3 s: it has printed no http.* Its last output:\nup and running$/s,
    ],
    [
      'announces-elsewhere',
      /it has printed no http.* Its last output:\nlistening at http:\/\/192\.0\.2\.1:80$/s,
    ],
    ['announces-a-wrong-port', /not ready within 3 s: http:\/\/127\.0\.0\.1:1\/mcp: .*ECONNREFUSED/],
  ])('%s: what was wrong last is told, and it is ended', async (mode, message) => {
    const error = await failure(start({ mode, readyTimeoutMs: 3000 }));
    expect(error.code).toBe('server');
    // On a machine so slow that nothing was printed in time, there is nothing to tell.
    if (!error.message.includes('It wrote nothing')) expect(error.message).toMatch(message);
    const [started] = events.all;
    expect(started?.type === 'replica-started' && isRunning(started.pid)).toBe(false);
    expect(events.of('r1').slice(-2)).toEqual(['replica-signalled 1 SIGKILL', 'replica-exited 1']);
  });

  test('a command that is not there is named', async () => {
    const error = await failure(start({ command: ['windtunnel-no-such-command', '--port'] }));
    expect(error.code).toBe('server');
    expect(error.message).toContain('r1 cannot be started: ');
    expect(error.message).toContain('there is no program windtunnel-no-such-command');
    expect(error.hint).toContain('windtunnel-no-such-command --port');
    expect(events.of('r1')).toEqual(['replica-ordered 1']);
  });

  test('is ended when the start is cut short', async () => {
    const cut = new AbortController();
    const starting = provisioner.start(fixtureSpec(folder, 'r1', 1, { mode: 'never-ready' }), cut.signal);
    const error = failure(starting);
    cut.abort();
    expect((await error).code).toBe('interrupted');
    expect(guard.guarded.size).toBe(0);
    expect((await failure(provisioner.start(fixtureSpec(folder), cut.signal))).code).toBe('interrupted');
  });
});

describe('a running replica', () => {
  test('gets signals, all recorded; an end that was asked for is expected', async () => {
    const replica = await start();
    replica.signal('SIGSTOP');
    replica.signal('SIGCONT');
    replica.signal('SIGTERM');
    expect(await replica.exited).toMatchObject({ exitCode: null, signal: 'SIGTERM' });
    replica.signal('SIGKILL');
    expect(events.of('r1').slice(4)).toEqual([
      'replica-signalled 1 SIGSTOP',
      'replica-signalled 1 SIGCONT',
      'replica-signalled 1 SIGTERM',
      'replica-exited 1',
    ]);
    expect(events.all.at(-1)).toMatchObject({ expected: true });
    expect(guard.guarded.size).toBe(0);
  });

  test('one that ends by itself does so unexpectedly, and its last output is kept', async () => {
    const replica = await start();
    fetch(replica.url, { method: 'POST', body: '{"method":"exit"}' }).catch(() => {});
    expect(await replica.exited).toMatchObject({
      exitCode: 7,
      lastOutput: expect.stringContaining('listening'),
    });
    expect(events.all.at(-1)).toMatchObject({ type: 'replica-exited', expected: false });
  });

  test('takes along what it has started itself', async () => {
    const shell = `sleep 1000 & echo "child $!"; exec ${process.execPath} ${fixtureSpec(folder).command[1]}`;
    const replica = await start({ command: ['sh', '-c', shell] });
    const child = Number(/child (\d+)/.exec(readFileSync(join(folder, 'logs', 'r1.log'), 'utf8'))?.[1]);
    expect(isRunning(child)).toBe(true);
    process.kill(replica.pid, 'SIGKILL');
    await replica.exited;
    await eventually('its child is gone', () => !isRunning(child));
  });

  test('is ended with the provisioner, also if it is stopped', async () => {
    const replicas = await Promise.all(
      ['r1', 'r2'].map((r) => provisioner.start(fixtureSpec(folder, r), never)),
    );
    replicas[0]?.signal('SIGSTOP');
    await provisioner[Symbol.asyncDispose]();
    expect(replicas.some(({ pid }) => isRunning(pid))).toBe(false);
    expect((await failure(start())).code).toBe('internal');
    expect(guard.guarded.size).toBe(0);
  });
});
