import { HarnessError, type Redact } from '../core/index.ts';
import { type EventSink, lineOf, type RunEvent } from '../record/index.ts';

/** Characters held back before they are passed on, and for how long; both bound what a `kill -9` loses. */
const batchChars = 64 * 1024;
const flushMs = 100;
/** Batches that may be on their way to the disk: 32 MB. A disk that falls behind further cannot keep up. */
const pendingMax = 512;

export interface LineSink extends EventSink<RunEvent> {
  /** The oldest batch is on disk. */
  recorded(): void;
}

/**
 * Takes events in a thread and passes them on as whole lines, so that no thread waits for a disk.
 * @throws HarnessError `internal` when the disk cannot keep up.
 */
export function lineSink(pass: (lines: string) => void, redact?: Redact): LineSink {
  let lines = '';
  let pending = 0;
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (lines === '') return;
    if (pending >= pendingMax) {
      throw new HarnessError('internal', 'the disk cannot keep up with what is to be recorded', {
        hint: 'Lower --rate, or choose a faster disk with --out.',
      });
    }
    pending += 1;
    pass(lines);
    lines = '';
  };
  return {
    write(event) {
      lines += lineOf(event, redact);
      if (lines.length >= batchChars) flush();
      else timer ??= setTimeout(flush, flushMs);
    },
    flush,
    recorded: () => {
      pending -= 1;
    },
    close: flush,
  };
}
