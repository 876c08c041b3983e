import type { ChildProcess } from 'node:child_process';
import { HarnessError, messageOf } from './errors.ts';

/** Is told when a child process is gone, since its number may soon be another's. */
export interface ChildGuard {
  release(pid: number): void;
}

export interface ChildEnd {
  /** From now on its end is what was asked for. */
  expect(): void;
  /** Settles when it is gone; with what to tell those who still wanted something of it. */
  gone: Promise<HarnessError>;
  /** Rejects when it ends without having been asked to. Never resolves. */
  broken: Promise<never>;
}

/** How much of its output an error message repeats. */
const lastOutputChars = 4096;

/** Watches over a child process's end. @param name for messages, e.g. `the balancer process`. */
export function childEnd(child: ChildProcess, name: string, guard: ChildGuard): ChildEnd {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-lastOutputChars);
    });
  }
  const gone = new Promise<HarnessError>((resolve) => {
    const settle = (how: string, cause?: unknown) => {
      if (child.pid !== undefined) guard.release(child.pid);
      const said = output.trim() === '' ? '' : ` Its last output:\n${output.trim()}`;
      resolve(new HarnessError('internal', `${name} ${how}.${said}`, { cause }));
    };
    // Not `exit`: its last words may still be on the way then.
    child.once('close', (code, signal) => settle(`ended (${signal ?? `exit code ${code}`})`));
    child.on('error', (error) => {
      if (child.pid === undefined) settle(`could not be started: ${messageOf(error)}`, error);
    });
  });
  return endFrom(gone);
}

/** An end that has been asked for breaks nothing. @param gone resolves when it is there; never rejects. */
export function endFrom(gone: Promise<HarnessError>): ChildEnd {
  let isExpected = false;
  const broken = new Promise<never>((_resolve, reject) => {
    void gone.then((error) => {
      if (!isExpected) reject(error);
    });
  });
  // Nobody has to listen.
  broken.catch(() => {});
  const expect = () => {
    isExpected = true;
  };
  return { expect, gone, broken };
}
