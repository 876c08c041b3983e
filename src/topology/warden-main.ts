// Entry of the warden process: it outlives the harness by a moment, and ends what the harness started.
// It reads orders from stdin, and acts when that ends, which it does however the harness ends.
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { identifyProcess } from './process-identity.ts';
import { folderPrefix, removeRunFolder } from './run-folders.ts';
import type { RedisKeys } from './store/redis-keys.ts';
import { endStrays } from './strays.ts';

/** pid → start time as the harness saw it; '' where that cannot be known. */
const processes = new Map<number, string>();
const folders = new Set<string>();
/** By their prefix. */
const redisKeys = new Map<string, RedisKeys>();
/** Runs that have containers. */
const runs = new Set<string>();

// A terminal's Ctrl-C, or its end, is for the harness to act on; the warden acts when the harness is gone.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

process.stdout.write('ready\n');
try {
  for await (const line of createInterface({ input: process.stdin })) obey(line);
} catch {
  // A broken pipe means the same as its end.
}
await endProcesses();
await removeContainers();
const [, , mark] = process.argv;
if (mark !== undefined) endStrays(mark);
for (const folder of folders) removeRunFolder(folder);
// Not before: who is gone writes no more.
await removeKeys();
process.exit(0);

/** `+PID [START]`, `-PID`, `+dir PATH`, `-dir PATH`, `+keys JSON`, `-keys JSON`, `+run ID`, `-run ID`. */
function obey(line: string): void {
  const [, sign, what, rest = ''] = /^([+-])(dir|keys|run|\d+)(?: (.+))?$/.exec(line) ?? [];
  if (sign === undefined || what === undefined) return;
  if (what === 'dir') {
    // It removes what the harness creates for a run, and nothing that merely reads like an order.
    if (sign === '+' && basename(rest).startsWith(folderPrefix)) folders.add(rest);
    else folders.delete(rest);
    return;
  }
  if (what === 'keys') {
    const keys = JSON.parse(rest) as RedisKeys;
    if (sign === '+') redisKeys.set(keys.prefix, keys);
    else redisKeys.delete(keys.prefix);
    return;
  }
  if (what === 'run') {
    if (sign === '+') runs.add(rest);
    else runs.delete(rest);
    return;
  }
  const pid = Number(what);
  // 0, 1 and their negatives would address the warden's own group, init, or every process there is.
  if (!Number.isSafeInteger(pid) || pid <= 1) return;
  if (sign === '+') processes.set(pid, rest);
  else processes.delete(pid);
}

/** SIGKILL needs no cooperation, not even of a stopped process; it is repeated until all are gone, up to 2 s. */
async function endProcesses(): Promise<void> {
  for (let round = 0; round < 100 && processes.size > 0; round++) {
    for (const [pid, startTicks] of processes) {
      const found = identifyProcess(pid);
      const isReused = found !== undefined && startTicks !== '' && found.startTicks !== startTicks;
      // The group may outlive its leader. While it does, the system gives its number to no new process.
      if (!isReused) kill(-pid);
      const isGone = startTicks === '' ? !kill(pid) : isReused || found === undefined || found.isZombie;
      if (isGone) processes.delete(pid);
    }
    if (processes.size > 0) await sleep(20);
  }
}

async function removeContainers(): Promise<void> {
  if (runs.size === 0) return;
  const { findEngine, removeRunForGood } = await import('./container/index.ts');
  try {
    const { docker } = await findEngine();
    await Promise.all([...runs].map((run) => removeRunForGood(docker, run)));
  } catch {
    // The engine is gone; the next harness that finds it removes what is left.
  }
}

async function removeKeys(): Promise<void> {
  if (redisKeys.size === 0) return;
  const { removeRedisKeys } = await import('./store/redis-keys.ts');
  // A Redis that is gone has lost them, or keeps them; nobody is there to be told.
  await Promise.allSettled([...redisKeys.values()].map(removeRedisKeys));
}

/** False if there was nothing to kill. */
function kill(target: number): boolean {
  try {
    return process.kill(target, 'SIGKILL');
  } catch {
    return false;
  }
}
