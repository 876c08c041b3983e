import { closeSync, openSync, writeSync } from 'node:fs';
import { HarnessError, messageOf, type Redact } from '../core/index.ts';

/** Takes records; what it was given is on disk once `flush` or `close` has returned. */
export interface EventSink<T> {
  write(record: T): void;
  flush(): void;
  close(): void;
}

/** Bytes held back before a write; bounds the memory and the loss on `kill -9` (with `flushMs`). */
const bufferBytes = 64 * 1024;

/** Appends whole lines to a file that several processes write to. */
export interface LineAppender {
  /** On disk, as far as the operating system is concerned, when it returns. */
  append(lines: string): void;
  close(): void;
}

/**
 * The file is opened with O_APPEND and each batch of lines is written with one call, so lines do not interleave.
 *
 * @throws HarnessError `internal` when the file cannot be written (disk full, folder gone).
 */
export function appendLines(path: string): LineAppender {
  const fd = attempt(path, () => openSync(path, 'a'));
  return {
    append(lines) {
      const bytes = Buffer.from(lines);
      // A short write is only seen on a full disk or a signal; the rest follows, or the error says why not.
      for (let offset = 0; offset < bytes.length; ) {
        offset += attempt(path, () => writeSync(fd, bytes, offset));
      }
    },
    close: () => closeSync(fd),
  };
}

/** A record as a line, its end included. @param redact applied to every text in it. */
export function lineOf(record: unknown, redact?: Redact): string {
  if (redact === undefined) return `${JSON.stringify(record)}\n`;
  return `${JSON.stringify(record, (_, value) => (typeof value === 'string' ? redact(value) : value))}\n`;
}

/**
 * Appends one JSON line per record. Several processes may append to one file; see `appendLines`.
 *
 * @param flushMs how long a record may stay in memory; 0 writes each at once.
 * @param onBroken told once when the file can no longer be written; from then on nothing is recorded, and nothing
 * throws: those who write are in the middle of something else. Without it, the call that fails throws.
 * @throws HarnessError `internal` when the file cannot be written (disk full, folder gone).
 */
export function ndjsonWriter<T>(
  path: string,
  options: { flushMs: number; onBroken?: (error: unknown) => void; redact?: Redact | undefined },
): EventSink<T> {
  const file = appendLines(path);
  let lines = '';
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let broken = false;

  const append = (batch: string) => {
    try {
      file.append(batch);
    } catch (error) {
      if (options.onBroken === undefined) throw error;
      broken = true;
      options.onBroken(error);
    }
  };
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (lines === '') return;
    const batch = lines;
    lines = '';
    if (!broken) append(batch);
  };

  return {
    write(record) {
      if (closed) throw new HarnessError('internal', `${path} is closed; nothing more can be recorded`);
      if (broken) return;
      lines += lineOf(record, options.redact);
      if (options.flushMs === 0 || lines.length >= bufferBytes) flush();
      else timer ??= setTimeout(flush, options.flushMs).unref();
    },
    flush,
    close() {
      if (closed) return;
      closed = true;
      try {
        flush();
      } finally {
        file.close();
      }
    },
  };
}

function attempt<R>(path: string, action: () => R): R {
  try {
    return action();
  } catch (cause) {
    throw new HarnessError('internal', `cannot write ${path}: ${messageOf(cause)}`, {
      hint: 'Check that the folder exists, can be written and has space left; --out chooses another.',
      cause,
    });
  }
}
