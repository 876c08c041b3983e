import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LedgerEntry } from '../../src/record/index.ts';

export type ServerName = 'stateful-v2' | 'stateful-v1' | 'stateless-v2';

export interface TestServer extends AsyncDisposable {
  url: string;
  child: ChildProcess;
  /** Code and signal, once it has ended. */
  exited: Promise<{ code: number | null; signal: string | null }>;
  stderr(): string;
}

/** A reference server as a real process; it ends with the test. */
export async function startServer(name: ServerName, env: Record<string, string> = {}): Promise<TestServer> {
  const program = fileURLToPath(new URL(`../../infra/servers/${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, PORT: '0', WINDTUNNEL_LIFELINE: 'stdin', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once('exit', (code, signal) => resolve({ code, signal })),
  );
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk;
      const said = /^listening on (\S+)\n/.exec(stdout);
      if (said?.[1]) resolve(said[1]);
    });
    child.once('close', (code) => reject(new Error(`${name} exited with ${code}: ${stderr}`)));
  });
  return {
    url,
    child,
    exited,
    stderr: () => stderr,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

export function readLedger(path: string): LedgerEntry[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as LedgerEntry);
}
