import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { dirname, extname, resolve } from 'node:path';
import { HarnessError, messageOf } from '../core/index.ts';
import { parseCsvRows, parseNdjsonRows, type Row } from './data-rows.ts';
import type { DataField, PlannedData } from './data-schema.ts';

/** More is no data for clients; all of it is in memory once. */
const fileBytesMax = 64 * 1024 * 1024;
const rowsMax = 1_000_000;

const formats = { '.csv': parseCsvRows, '.ndjson': parseNdjsonRows, '.jsonl': parseNdjsonRows } as const;

/**
 * Reads the data of a scenario and checks every row.
 * @param scenarioPath the file that names it.
 * @param columns what the journey uses.
 * @throws HarnessError `usage` with file, line and what is allowed.
 */
export function planData(field: DataField, scenarioPath: string, columns: readonly string[]): PlannedData {
  const path = resolve(dirname(scenarioPath), field.file);
  const { bytes, rows } = readRows(field, path, columns);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { ...field, path, sha256, rows: rows.length, columns: [...columns] };
}

/**
 * The rows of a plan, with the columns that its journey uses.
 * @throws HarnessError `usage` if the file is not the one that was planned with.
 */
export function plannedRows(data: PlannedData): Row[] {
  const { bytes, rows } = readRows(data, data.path, data.columns);
  if (createHash('sha256').update(bytes).digest('hex') === data.sha256) return rows;
  throw new HarnessError('usage', `${data.path} has changed since the experiment was planned`, {
    hint: 'Leave the data alone while an experiment runs, and start it again.',
  });
}

function readRows(
  field: DataField,
  path: string,
  columns: readonly string[],
): { bytes: Buffer; rows: Row[] } {
  const parse = formats[extname(path).toLowerCase() as keyof typeof formats];
  if (parse === undefined) {
    throw new HarnessError('usage', `${path}: data has the ending ${Object.keys(formats).join(', ')}`);
  }
  const bytes = readBytes(path);
  const rows = parse(textOf(bytes, path), { path, columns, types: field.types });
  if (rows.length === 0) throw new HarnessError('usage', `${path}: there is no row in it`);
  if (rows.length > rowsMax) {
    throw new HarnessError('usage', `${path}: has ${rows.length} rows; allowed: at most ${rowsMax}`);
  }
  return { bytes, rows };
}

function readBytes(path: string): Buffer {
  try {
    const { size } = statSync(path);
    if (size > fileBytesMax) {
      throw new HarnessError('usage', `${path}: has ${size} bytes; allowed: at most ${fileBytesMax}`);
    }
    return readFileSync(path);
  } catch (cause) {
    if (cause instanceof HarnessError) throw cause;
    throw new HarnessError('usage', `cannot read the data file ${path}: ${messageOf(cause)}`, {
      hint: 'Its path is relative to the scenario file.',
      cause,
    });
  }
}

function textOf(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new HarnessError('usage', `${path}: is not valid UTF-8`, { cause });
  }
}
