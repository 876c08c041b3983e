import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { startWarden } from '../../src/topology/index.ts';
import { identifyProcess } from '../../src/topology/process-identity.ts';
import { eventually, isRunning } from './fixtures/processes.ts';

const harness = fileURLToPath(new URL('./fixtures/killed-harness.ts', import.meta.url));

interface Told {
  pids: number[];
  folder: string;
}

async function startHarness(...args: string[]): Promise<{ child: ChildProcess; told: Told }> {
  const child = spawn(process.execPath, [harness, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
  return { child, told: JSON.parse(line.toString()) as Told };
}

/** A process that nothing but SIGKILL ends. */
async function sleeper(): Promise<ChildProcess & { pid: number }> {
  const script = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1e6); console.log('up')";
  const child = spawn(process.execPath, ['-e', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  });
  await once(child.stdout, 'data');
  return child as ChildProcess & { pid: number };
}

describe('the warden', () => {
  test.each(['SIGKILL', 'SIGTERM'] as const)(
    'leaves nothing of a harness that ends by %s',
    async (signal) => {
      const { child, told } = await startHarness();
      // Warden, balancer and two replicas.
      expect(told.pids).toHaveLength(4);
      expect(told.pids.every(isRunning)).toBe(true);
      child.kill(signal);
      await once(child, 'exit');
      for (const pid of told.pids) await eventually(`process ${pid} is gone`, () => !isRunning(pid));
      await eventually(`${told.folder} is gone`, () => !existsSync(told.folder));
    },
  );

  test('leaves nothing, not even itself, of a harness that ends as it should', async () => {
    const { child, told } = await startHarness('ends');
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);
    expect(told.pids.filter(isRunning)).toEqual([]);
    expect(existsSync(told.folder)).toBe(false);
  });

  test('does not hear what a terminal sends, and ends what is registered when it is disposed', async () => {
    const warden = await startWarden();
    const [kept, ended] = [await sleeper(), await sleeper()];
    const { path } = warden.temporaryFolder();
    writeFileSync(join(path, 'file'), 'x');
    warden.protect(kept.pid);
    warden.protect(ended.pid);
    warden.release(kept.pid);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(warden.pid, signal);
    await warden[Symbol.asyncDispose]();
    await warden[Symbol.asyncDispose]();
    expect([isRunning(kept.pid), isRunning(ended.pid)]).toEqual([true, false]);
    expect(isRunning(warden.pid)).toBe(false);
    expect(existsSync(path)).toBe(false);
    expect(() => warden.protect(kept.pid)).toThrow('the warden process is gone');
    kept.kill('SIGKILL');
    await once(kept, 'exit');
  });

  test('removes a folder at once when that is disposed', async () => {
    await using warden = await startWarden();
    const folder = warden.temporaryFolder();
    writeFileSync(join(folder.path, 'file'), 'x');
    folder[Symbol.dispose]();
    expect(existsSync(folder.path)).toBe(false);
  });
});

describe.runIf(process.platform === 'linux')('the identity of a process', () => {
  test('is its own start time', async () => {
    const child = await sleeper();
    const identity = identifyProcess(child.pid);
    expect(identity).toMatchObject({ startTicks: expect.stringMatching(/^\d+$/), isZombie: false });
    expect(identifyProcess(child.pid)).toEqual(identity);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(identifyProcess(child.pid)).toBeUndefined();
  });

  test('keeps the warden from killing who has the number by now', async () => {
    const child = await sleeper();
    const entry = fileURLToPath(new URL('../../src/topology/warden-main.ts', import.meta.url));
    const warden = spawn(process.execPath, [entry], { stdio: ['pipe', 'ignore', 'ignore'] });
    warden.stdin.end(`+${child.pid} 12345\n+1\n+0\n+dir /\n+nonsense\n`);
    await once(warden, 'exit');
    expect(isRunning(child.pid)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
});
