import { closeSync, openSync, readSync } from 'node:fs';
import { type Clock, messageOf } from '../core/index.ts';
import {
  type EventSink,
  type LedgerEntry,
  ledgerLines,
  ndjsonWriter,
  type RunEvent,
} from '../record/index.ts';

/** How late an entry without a time of its own may be noted. */
const pollMs = 100;
const chunkBytes = 64 * 1024;
/** In one turn; a server that writes more in that time is read to its end when it has ended. */
const turnBytesMax = 1024 * 1024;

/** Whose output is followed, and where to. */
export interface LedgerSource {
  replica: string;
  boot: number;
  /** What the process writes its output to, itself: so it is there after any end of the process. */
  logPath: string;
  /** Where in it the output of this process begins, in bytes. */
  fromByte: number;
  /** The run's ledger, to which is appended. */
  ledgerPath: string;
}

export interface LedgerFollower {
  /** Takes what is left; to be called once the process has ended. Records what was read (`ledger-read`). */
  end(): void;
}

/** Notes in the run's ledger what a process says of it on its output, while it runs and after its end. */
export function followLedger(
  { logPath, fromByte, ...source }: LedgerSource,
  deps: { clock: Clock; events: EventSink<RunEvent> },
): LedgerFollower {
  const ledger = noteLedger(source, deps);
  const log = openSync(logPath, 'r');
  const chunk = Buffer.allocUnsafe(chunkBytes);
  let position = fromByte;

  const read = (bytesMax: number) => {
    try {
      for (let left = bytesMax; left > 0 && !ledger.isBroken(); ) {
        const bytes = readSync(log, chunk, 0, Math.min(left, chunkBytes), position);
        if (bytes === 0) return;
        ledger.push(chunk.subarray(0, bytes));
        position += bytes;
        left -= bytes;
      }
    } catch (error) {
      ledger.fail(error);
    }
  };
  const timer = setInterval(() => read(turnBytesMax), pollMs).unref();
  return {
    end() {
      clearInterval(timer);
      read(Number.POSITIVE_INFINITY);
      closeSync(log);
      ledger.end();
    },
  };
}

/** Takes a process's output as it comes, and notes what it says of the ledger in that of the run. */
export interface LedgerNotes extends LedgerFollower {
  push(chunk: Buffer): void;
  /** What it says from now on is not known. */
  fail(error: unknown): void;
  isBroken(): boolean;
}

export function noteLedger(
  { replica, boot, ledgerPath }: Pick<LedgerSource, 'replica' | 'boot' | 'ledgerPath'>,
  { clock, events }: { clock: Clock; events: EventSink<RunEvent> },
): LedgerNotes {
  let failure: string | undefined;
  const fail = (error: unknown) => {
    failure ??= messageOf(error);
  };
  const sink = ndjsonWriter<LedgerEntry>(ledgerPath, { flushMs: pollMs, onBroken: fail });
  const lines = ledgerLines({ replica, boot, epochUs: clock.epochUs }, (entry) => sink.write(entry));
  return {
    push(chunk) {
      if (failure === undefined) lines.push(chunk, clock.nowUs());
    },
    fail,
    isBroken: () => failure !== undefined,
    end() {
      const atUs = clock.nowUs();
      lines.end(atUs);
      sink.close();
      const failed = failure === undefined ? {} : { failure };
      events.write({ type: 'ledger-read', atUs, replica, boot, ...lines.counts, ...failed });
    },
  };
}
