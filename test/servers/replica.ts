import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Exit, exitOf } from '../support/output-of.ts';

export const servers = ['stateful-v2', 'stateful-v1', 'stateless-v2'] as const;
export type ServerName = (typeof servers)[number];
export const sessionful = ['stateful-v2', 'stateful-v1'] as const;

export interface Replica extends AsyncDisposable {
  url: URL;
  child: ChildProcess;
  exited: Promise<Exit>;
}

/** Starts a reference server as its own process; `url` is what it says on its first line. */
export function startReplica(server: ServerName, env: Record<string, string> = {}): Promise<Replica> {
  return startProgram(entryOf(server), env);
}

/** The same for a program of the tests. */
export async function startProgram(entry: URL, env: Record<string, string> = {}): Promise<Replica> {
  const { child, exited } = spawnProgram(entry, env);
  const first = await Promise.race([firstLine(child), exited]);
  const url = typeof first === 'string' && /^listening on (\S+)$/.exec(first)?.[1];
  if (!url) throw new Error(`${entry.pathname} did not listen: ${JSON.stringify(first)}`);
  return {
    url: new URL(url),
    child,
    exited,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** The process itself, for what never gets to listen. Its stdin stays open until it is ended. */
export function spawnServer(server: ServerName, env: Record<string, string>) {
  return spawnProgram(entryOf(server), env);
}

function spawnProgram(entry: URL, env: Record<string, string>) {
  const child = spawn(process.execPath, [fileURLToPath(entry)], {
    // A test that times out never gets to end its replica: that goes with the worker then, by its lifeline.
    env: { ...process.env, WINDTUNNEL_LIFELINE: 'stdin', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  return { child, exited: exitOf(child) };
}

function entryOf(server: ServerName): URL {
  return new URL(`../../infra/servers/${server}.ts`, import.meta.url);
}

function firstLine(child: ChildProcess & { stdout: NodeJS.ReadableStream }): Promise<string> {
  return new Promise((resolve) => createInterface({ input: child.stdout }).once('line', resolve));
}
