import { open } from 'node:fs/promises';
import { HarnessError, messageOf, objectIn } from '../core/index.ts';

/** How many lines of a file could not be read; a process killed in the middle of a write leaves one. */
export interface ReadStats {
  lines: number;
  tornLines: number;
}

/** How much is read at once: to wait for the file takes as long for much as for little. */
const chunkBytes = 1024 * 1024;
/** How much of it is parsed and given on at once: what is forgotten soon costs little. */
const batchBytes = 64 * 1024;
/**
 * A longer line is passed over, so that a file without line ends does not fill the memory. No record holds more
 * than one answer, which has at most 16 MiB.
 */
const lineMaxBytes = 32 * 1024 * 1024;
const lineFeed = 0x0a;

/**
 * Reads a file of JSON lines; memory does not grow with the file. Records come in the order of their lines, many
 * at once: to wait for each would take longer than to parse it.
 *
 * @param isWhole whether a record is what it says it is.
 *
 * A line that is no JSON object, that is too long, or that is not what its type says, is counted in
 * `stats.tornLines` and passed over.
 * @throws HarnessError `usage` when the file cannot be read.
 */
export async function* readNdjson<T extends object>(
  path: string,
  stats?: ReadStats,
  isWhole: (record: object) => boolean = () => true,
): AsyncGenerator<T[]> {
  const seen = stats ?? { lines: 0, tornLines: 0 };
  const lines = wholeLines(seen);
  try {
    await using file = await open(path);
    const chunk = Buffer.allocUnsafe(chunkBytes);
    for (;;) {
      const { bytesRead } = await file.read(chunk);
      if (bytesRead === 0) break;
      for (let at = 0; at < bytesRead; at += batchBytes) {
        const part = chunk.subarray(at, Math.min(at + batchBytes, bytesRead));
        yield parseLines<T>(lines.of(part), seen, isWhole);
      }
    }
    yield parseLines<T>(lines.rest(), seen, isWhole);
  } catch (cause) {
    throw new HarnessError('usage', `cannot read ${path}: ${messageOf(cause)}`, {
      hint: 'Name the folder of a finished experiment, the one that holds plan.json and runs/.',
      cause,
    });
  }
}

/** Cuts chunks of bytes into whole lines, before they become text: a cut may go through a character. */
function wholeLines(seen: ReadStats) {
  /** The begin of a line that has not ended; nothing is kept of one that is too long. */
  let begun: Buffer[] = [];
  let begunBytes = 0;

  const begin = (bytes: Buffer) => {
    begunBytes += bytes.length;
    if (begunBytes > lineMaxBytes) begun = [];
    else if (bytes.length > 0) begun.push(Buffer.from(bytes));
  };
  const end = (): string => {
    const text = Buffer.concat(begun).toString();
    if (begunBytes > lineMaxBytes) {
      seen.lines += 1;
      seen.tornLines += 1;
    }
    begun = [];
    begunBytes = 0;
    return text;
  };

  return {
    /** The lines that end in this chunk, whose bytes may change afterwards. */
    of(chunk: Buffer): string {
      const first = chunk.indexOf(lineFeed);
      if (first < 0) {
        begin(chunk);
        return '';
      }
      const last = chunk.lastIndexOf(lineFeed);
      begin(chunk.subarray(0, first));
      const text = end() + chunk.toString('utf8', first, last);
      begin(chunk.subarray(last + 1));
      return text;
    },
    /** What no line feed ended. */
    rest: end,
  };
}

/** Only a line feed ends a line: other separators that Unicode knows may stand in the words of a server. */
function parseLines<T extends object>(
  text: string,
  seen: ReadStats,
  isWhole: (record: object) => boolean,
): T[] {
  const records: T[] = [];
  for (let start = 0; start < text.length; ) {
    const feed = text.indexOf('\n', start);
    const end = feed < 0 ? text.length : feed;
    if (end > start) {
      seen.lines += 1;
      const record = objectIn(text.slice(start, end));
      if (record !== undefined && isWhole(record)) records.push(record as T);
      else seen.tornLines += 1;
    }
    start = end + 1;
  }
  return records;
}
