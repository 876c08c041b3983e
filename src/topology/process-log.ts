import { closeSync, fstatSync, mkdirSync, openSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { HarnessError, messageOf } from '../core/index.ts';

/** How much of a process's output an error message repeats. */
export const lastOutputBytes = 4096;
/** How far into the output its address is looked for; bounds what is read while it starts. */
const beginBytes = 64 * 1024;

/**
 * The file a process writes its output to. The process has the file itself for stdout and stderr, so that a
 * talkative server costs the load generator nothing, and what it wrote is there after any end of anyone.
 */
export interface ProcessLog {
  /** For `stdio` of `spawn`. */
  readonly fd: number;
  /** Where in the file this process's output begins, in bytes. */
  readonly fromByte: number;
  /** What this process has written so far, from its begin, at most 64 KB. */
  begin(): string;
  /** The last 4 KB of what it has written, from the begin of a line; readable after `close` no more. */
  end(): string;
  close(): void;
}

/** Opens the file for appending; what an earlier boot wrote stays and is not looked at. */
export function openProcessLog(path: string): ProcessLog {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const fd = openSync(path, 'a+');
    const from = fstatSync(fd).size;
    return {
      fd,
      fromByte: from,
      begin: () => read(fd, from, Math.min(fstatSync(fd).size - from, beginBytes)),
      end: () => {
        const size = fstatSync(fd).size;
        const start = Math.max(from, size - lastOutputBytes);
        const text = read(fd, start, size - start);
        // Half a line may begin in the middle of a secret, which nobody would find there.
        return (start === from ? text : text.slice(text.indexOf('\n') + 1)).trim();
      },
      close: () => closeSync(fd),
    };
  } catch (cause) {
    throw new HarnessError('internal', `cannot write ${path}: ${messageOf(cause)}`, {
      hint: 'Check that the folder can be written and has space left; --out chooses another.',
      cause,
    });
  }
}

function read(fd: number, position: number, length: number): string {
  if (length <= 0) return '';
  const bytes = Buffer.alloc(length);
  return bytes.toString('utf8', 0, readSync(fd, bytes, 0, length, position));
}
