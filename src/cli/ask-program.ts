import { spawn } from 'node:child_process';

/** What came of asking a program for its version. */
export type ProgramAnswer =
  | { found: true; version: string }
  /** `absent`: there is no such program. */
  | { found: false; absent: boolean; why: string };

const outputCharactersMax = 4096;

/**
 * Runs a program that says its version and ends. One that hangs is killed, with all it started, and said so:
 * being on the PATH is no proof that it works.
 */
export function askProgram(
  command: string,
  args: readonly string[],
  timeoutMs = 3_000,
): Promise<ProgramAnswer> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let output = '';
    const settle = (answer: ProgramAnswer) => {
      clearTimeout(timer);
      // What it started may still hold the pipes.
      for (const stream of [child.stdout, child.stderr]) stream.destroy();
      child.unref();
      resolve(answer);
    };
    const timer = setTimeout(() => {
      killGroup(child.pid);
      settle({ found: false, absent: false, why: `does not answer within ${timeoutMs / 1000} s` });
    }, timeoutMs);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output = (output + chunk).slice(0, outputCharactersMax);
      });
    }
    child.on('error', (error: NodeJS.ErrnoException) => {
      const absent = error.code === 'ENOENT';
      settle({ found: false, absent, why: absent ? 'not found' : `cannot be started (${error.code})` });
    });
    child.on('close', (code, signal) => settle(understand(output, code, signal)));
  });
}

function understand(output: string, code: number | null, signal: string | null): ProgramAnswer {
  const version = /\d+\.\d+(?:\.\d+)*/.exec(output)?.[0];
  if (code === 0 && version !== undefined) return { found: true, version };
  const last = output.trim().split('\n').at(-1) ?? '';
  const how = code === 0 ? 'does not say its version' : `ends with ${signal ?? `code ${code}`}`;
  return { found: false, absent: false, why: last === '' ? how : `${how}: ${last.slice(0, 200)}` };
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended in this moment.
  }
}
