import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { HarnessError, messageOf } from '../core/index.ts';

/** How many lines of a file could not be read; a process killed in the middle of a write leaves one. */
export interface ReadStats {
  lines: number;
  tornLines: number;
}

/**
 * Reads a file of JSON lines one record at a time; memory does not grow with the file.
 *
 * A line that is no JSON object is counted in `stats.tornLines` and passed over.
 * @throws HarnessError `usage` when the file cannot be read.
 */
export async function* readNdjson<T>(path: string, stats?: ReadStats): AsyncGenerator<T> {
  const input = createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 18 });
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line === '') continue;
      if (stats) stats.lines += 1;
      const record = parseObject(line);
      if (record === undefined) {
        if (stats) stats.tornLines += 1;
        continue;
      }
      yield record as T;
    }
  } catch (cause) {
    if (cause instanceof HarnessError) throw cause;
    throw new HarnessError('usage', `cannot read ${path}: ${messageOf(cause)}`, {
      hint: 'Name the folder of a finished experiment, the one that holds plan.json and runs/.',
      cause,
    });
  } finally {
    input.destroy();
  }
}

function parseObject(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
