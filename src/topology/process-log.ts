import { closeSync, fstatSync, mkdirSync, openSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import { HarnessError, messageOf, type Redact } from '../core/index.ts';

/** How much of a process's output an error message repeats. */
export const lastOutputBytes = 4096;
/** How far into the output its address is looked for; bounds what is read while it starts. */
const beginBytes = 64 * 1024;
/** So much before the end of the output is searched for secrets with it: one that is cut is not found. */
const contextBytes = 64 * 1024;

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
  /**
   * The last 4 KB of what it has written, without secrets, from the begin of a line if there is one; readable after
   * `close` no more.
   */
  end(): string;
  close(): void;
}

/**
 * Opens the file for appending; what an earlier boot wrote stays and is not looked at.
 * @param clean takes secrets out of what is repeated of it.
 */
export function openProcessLog(path: string, clean: Redact = (text) => text): ProcessLog {
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
        const start = Math.max(from, size - lastOutputBytes - contextBytes);
        // Cleaned before it is cut: half a secret would be found by nobody.
        return endOf(clean(read(fd, start, size - start)).trim());
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

function endOf(text: string): string {
  if (text.length <= lastOutputBytes) return text;
  const end = text.slice(-lastOutputBytes);
  const lineEnd = end.indexOf('\n');
  return lineEnd === -1 ? `…${end}` : end.slice(lineEnd + 1);
}

function read(fd: number, position: number, length: number): string {
  if (length <= 0) return '';
  const bytes = Buffer.alloc(length);
  return bytes.toString('utf8', 0, readSync(fd, bytes, 0, length, position));
}
