import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitOf } from './output-of.ts';

export const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Starts the command line as a user would, without a terminal. */
export function startCli(
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
) {
  return startProgram(process.execPath, [main, ...args], options);
}

/** Starts any program, without a terminal. */
export function startProgram(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
) {
  const child = spawn(command, args, {
    cwd: options.cwd,
    // Every process of the run inherits it, so that none can be overlooked; see `processesWith`.
    env: { ...process.env, WINDTUNNEL_TEST_MARK: args.join(' '), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { child, finished: exitOf(child) };
}

export const cli = (args: readonly string[], options?: { cwd?: string; env?: Record<string, string> }) =>
  startCli(args, options).finished;

export interface Folder extends Disposable {
  path: string;
}

/** A temporary folder that goes with the test. */
export function temporaryFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'windtunnel-test-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Live processes that carry a text in their environment or command line (Linux). */
export function processesWith(text: string): { pid: number; command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      const [command, environment, status] = ['cmdline', 'environ', 'status'].map((file) =>
        readProc(name, file),
      );
      const zombie = /^State:\s+Z/m.test(status ?? '');
      const carries = command?.includes(text) || environment?.includes(text);
      return carries && !zombie
        ? [{ pid: Number(name), command: (command ?? '').replaceAll('\0', ' ') }]
        : [];
    });
}

function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** Waits until a condition holds; rejects when it has not by the deadline. */
export async function until(holds: () => boolean, what: () => string, deadlineMs = 20_000): Promise<void> {
  const endsAt = performance.now() + deadlineMs;
  while (!holds()) {
    if (performance.now() > endsAt) throw new Error(`still not after ${deadlineMs} ms: ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
