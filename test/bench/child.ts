import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Child processes of the bench, and what the operating system says of them. */

export interface Child extends AsyncDisposable {
  pid: number;
  /** Its next line on standard output. */
  line(): Promise<string>;
}

/** Runs a file of this folder with Node. Its end of stdin tells it to end. */
export function startChild(file: string, args: readonly (string | number)[] = []): Child {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [path, ...args.map(String)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  const exited = once(child, 'exit');
  return {
    pid: child.pid ?? 0,
    async line() {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${file} ended without the line that was waited for`);
      return value;
    },
    async [Symbol.asyncDispose]() {
      child.stdin?.end();
      await exited;
    },
  };
}

/** Starts a responder; resolves to its URL. */
export async function startResponder(delayMs = 0): Promise<Child & { url: string }> {
  const child = startChild('./responder-main.ts', [delayMs]);
  const url = (await child.line()).replace('listening on ', '');
  return { ...child, url, [Symbol.asyncDispose]: () => child[Symbol.asyncDispose]() };
}

/** CPU time of a process since its start, all threads, user and system, in microseconds (Linux: proc(5)). */
export function cpuUsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

export function rssBytesOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * 4096;
}
