import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childEntry, HarnessError, messageOf } from '../core/index.ts';
import { identifyProcess } from './process-identity.ts';
import { folderPrefix, makeRunFolder, removeRunFolder } from './run-folders.ts';
import type { RedisKeys } from './store/redis-keys.ts';

/** Where processes are registered that must not outlive the harness. */
export interface ProcessGuard {
  /** The leader of a process group that must end with the harness. */
  protect(pid: number): void;
  /** It is gone; its number may soon be another's. */
  release(pid: number): void;
  /** What begins the mark of every process that is looked for when the harness ends; see `strays.ts`. */
  readonly mark?: string;
}

/**
 * A process beside the harness that ends all registered process groups and removes all registered folders,
 * keys and containers when the harness ends in whatever way, `kill -9` included. Disposing it does the same at once.
 */
export interface Warden extends ProcessGuard, AsyncDisposable {
  readonly pid: number;
  /** A fresh folder under the system's temporary folder, removed when disposed or when the harness ends. */
  temporaryFolder(): TemporaryFolder;
  /** Keys in a Redis to be removed when the harness ends, after the processes; disposing it takes that back. */
  ownKeys(keys: RedisKeys): Disposable;
  /** What carries the label of a run in the container engine, likewise. */
  ownContainers(run: string): Disposable;
}

export interface TemporaryFolder extends Disposable {
  readonly path: string;
}

const startTimeoutMs = 10_000;
const endTimeoutMs = 5_000;

/** @throws HarnessError `internal` when the process cannot be started. */
export async function startWarden(): Promise<Warden> {
  const mark = randomUUID();
  const child = spawn(process.execPath, [childEntry(import.meta.url, './warden-main'), mark], {
    // Its own session: what a terminal sends to the harness's group does not reach it.
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
    // It must not hold on to the folder the harness was started in.
    cwd: tmpdir(),
  });
  await untilReady(child);
  // The harness may end without a word to the warden, which then sees its stdin end.
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  return wardenOver(child, mark);
}

function untilReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string, cause?: unknown) => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new HarnessError('internal', `the warden process could not be started: ${why}`, { cause }));
    };
    const timer = setTimeout(() => fail(`silent for ${startTimeoutMs} ms`), startTimeoutMs);
    child.on('error', (error) => fail(messageOf(error), error));
    child.once('exit', (code, signal) => fail(`it exited with ${signal ?? `code ${code}`}`));
    child.stdin?.on('error', () => {});
    child.stdout?.once('data', () => {
      clearTimeout(timer);
      child.removeAllListeners('exit');
      child.stdout?.destroy();
      resolve();
    });
  });
}

function wardenOver(child: ChildProcess, mark: string): Warden {
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const assertAlive = () => {
    if (child.stdin?.writable) return;
    throw new HarnessError('internal', 'the warden process is gone; nothing more can be started safely');
  };
  const order = (line: string) => {
    if (child.stdin?.writable) child.stdin.write(`${line}\n`);
  };

  return {
    pid: child.pid ?? 0,
    mark,
    protect(pid) {
      assertAlive();
      order(`+${pid} ${identifyProcess(pid)?.startTicks ?? ''}`.trimEnd());
    },
    // May come late: a warden that is gone has nothing left to be told.
    release: (pid) => order(`-${pid}`),
    temporaryFolder() {
      assertAlive();
      // Told before it is there: a harness that is killed in between leaves nothing.
      const path = join(tmpdir(), `${folderPrefix}${randomBytes(9).toString('base64url')}`);
      order(`+dir ${path}`);
      makeRunFolder(path);
      return {
        path,
        [Symbol.dispose]() {
          removeRunFolder(path);
          order(`-dir ${path}`);
        },
      };
    },
    ownKeys(keys) {
      assertAlive();
      order(`+keys ${JSON.stringify(keys)}`);
      return { [Symbol.dispose]: () => order(`-keys ${JSON.stringify(keys)}`) };
    },
    ownContainers(run) {
      assertAlive();
      order(`+run ${run}`);
      return { [Symbol.dispose]: () => order(`-run ${run}`) };
    },
    async [Symbol.asyncDispose]() {
      child.ref();
      child.stdin?.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), endTimeoutMs);
      await exited;
      clearTimeout(timer);
    },
  };
}
