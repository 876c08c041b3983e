import { StringDecoder } from 'node:string_decoder';
import type { LedgerEntry } from './ledger.ts';

/**
 * How a server that is not ours takes part in the ledger: one line of JSON on its output for each begin, commit and
 * abort (`docs/ledger.md`). Everything else that it writes is passed over.
 */

/** Only what holds this can be such a line; within a text of JSON the quotes would be escaped. */
const mark = '"windtunnel"';
/** A longer line is none of ours, however it begins; so a server's output cannot fill the memory. */
const lineCharsMax = 64 * 1024;
const nameCharsMax = 200;
const valueCharsMax = 500;
const events = ['begin', 'commit', 'abort', 'end'] as const;

/** What has been seen of one process's output. */
export interface LedgerLineCounts {
  /** Entries taken. */
  entries: number;
  /** Lines that speak of the ledger and say nothing that can be understood. */
  unreadable: number;
  /** The last line has no end, and is no entry: what a process leaves that is killed while it writes. */
  torn: boolean;
}

export interface LedgerLines {
  readonly counts: LedgerLineCounts;
  /** @param atUs when it was read: the time of entries that carry none of their own. */
  push(chunk: Buffer, atUs: number): void;
  /** Nothing more will come. */
  end(atUs: number): void;
}

/**
 * Finds the entries in a process's output, however it is cut into chunks.
 * @param epochUs of the run's clock; what a server gives as `monotonicUs` is counted from there.
 */
export function ledgerLines(
  process: { replica: string; boot: number; epochUs: number },
  take: (entry: LedgerEntry) => void,
): LedgerLines {
  const counts: LedgerLineCounts = { entries: 0, unreadable: 0, torn: false };
  const decoder = new StringDecoder('utf8');
  let begun = '';
  /** The line that has begun is too long; whether its begin spoke of the ledger. */
  let tooLong: { isOurs: boolean } | undefined;

  const lineEnded = (line: string, atUs: number) => {
    if (!line.includes(mark)) return;
    const entry = entryIn(line, process, atUs);
    if (entry === undefined) counts.unreadable += 1;
    else {
      counts.entries += 1;
      take(entry);
    }
  };
  return {
    counts,
    push(chunk, atUs) {
      const parts = decoder.write(chunk).split('\n');
      for (const [i, part] of parts.entries()) {
        if (tooLong === undefined) begun += part;
        if (begun.length > lineCharsMax) {
          tooLong = { isOurs: begun.slice(0, lineCharsMax).includes(mark) };
          begun = '';
        }
        if (i === parts.length - 1) break;
        if (tooLong === undefined) lineEnded(begun, atUs);
        else if (tooLong.isOurs) counts.unreadable += 1;
        begun = '';
        tooLong = undefined;
      }
    },
    end(atUs) {
      begun += decoder.end();
      const entry = begun.includes(mark) ? entryIn(begun, process, atUs) : undefined;
      if (entry) {
        counts.entries += 1;
        take(entry);
      } else counts.torn = tooLong?.isOurs ?? begun.includes(mark);
      begun = '';
    },
  };
}

/** A line may begin with what another stream has left without an end. */
function entryIn(
  line: string,
  { replica, boot, epochUs }: { replica: string; boot: number; epochUs: number },
  readUs: number,
): LedgerEntry | undefined {
  const said = parse(line.slice(line.indexOf('{'), line.lastIndexOf('}') + 1));
  const event = events.find((one) => one === said?.windtunnel);
  if (said === undefined || event === undefined) return undefined;
  const { opId, tool, subject, value, seq, monotonicUs } = said;
  if (!isAbsent(seq) && !(Number.isSafeInteger(seq) && Number(seq) > 0)) return undefined;
  if (!isAbsent(monotonicUs) && typeof monotonicUs !== 'number') return undefined;
  const place = {
    atUs: typeof monotonicUs === 'number' ? Math.round(monotonicUs) - epochUs : readUs,
    replica,
    boot,
    ...(isAbsent(seq) ? {} : { seq: Number(seq) }),
  };
  if (event === 'end') return { event, ...place };
  if (!isName(opId) || !isName(tool)) return undefined;
  return { event, ...place, opId, tool, ...textOf({ subject }), ...textOf({ value }) };
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= nameCharsMax;
}

function textOf(field: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(field).flatMap(([key, value]) =>
      isAbsent(value) ? [] : [[key, String(value).slice(0, valueCharsMax)]],
    ),
  );
}
