import { CsvError, parse } from 'csv-parse/sync';
import { HarnessError, objectIn } from '../core/index.ts';
import type { DataField } from './data-schema.ts';

/** One client's values, by column. */
export type Row = Record<string, unknown>;

/** What is asked of the rows of a file. */
interface Wanted {
  path: string;
  columns: readonly string[];
  types: DataField['types'];
}

/** The first line names the columns; every value is a text, but for those of `types`. */
export function parseCsvRows(text: string, wanted: Wanted): Row[] {
  const { path, columns, types } = wanted;
  const [head, ...records] = csvRecords(text, path);
  if (head === undefined) throw refusal(path, 1, 'there are no columns: the file is empty');
  const names = head.record;
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw refusal(path, 1, `the column ${twice} is there twice`);
  for (const name of [...columns, ...Object.keys(types)]) {
    if (!names.includes(name)) throw unknownColumn(path, 1, name, names);
  }
  const used = columns.map((name) => ({ name, at: names.indexOf(name), type: types[name] }));
  return records.map(({ record, info }) => {
    const values = used.map(({ name, at, type }): [string, unknown] => {
      const value = typed(record[at] ?? '', type);
      if (value !== undefined) return [name, value];
      throw refusal(path, info.lines, `${name} is ${JSON.stringify(record[at])}, which is no ${type}`);
    });
    return Object.fromEntries(values);
  });
}

interface CsvRecord {
  record: string[];
  info: { lines: number };
}

function csvRecords(text: string, path: string): CsvRecord[] {
  try {
    return parse(text, { bom: true, skip_empty_lines: true, info: true }) as unknown as CsvRecord[];
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    throw refusal(path, Number(cause.lines ?? 1), `is no CSV: ${cause.message}`);
  }
}

function typed(text: string, type: 'number' | 'boolean' | undefined): unknown {
  if (type === undefined) return text;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
}

/** One JSON object a line, whose values keep their types. */
export function parseNdjsonRows(text: string, { path, columns, types }: Wanted): Row[] {
  if (Object.keys(types).length > 0) {
    throw new HarnessError('usage', `${path}: types are for CSV; in JSON every value has its own`);
  }
  return text
    .replace(/^\ufeff/, '')
    .split('\n')
    .flatMap((line, i) => {
      if (line.trim() === '') return [];
      const row = objectIn(line);
      if (row === undefined) throw refusal(path, i + 1, 'is no JSON object');
      const lacking = columns.find((name) => !Object.hasOwn(row, name));
      if (lacking !== undefined) throw unknownColumn(path, i + 1, lacking, Object.keys(row));
      return [Object.fromEntries(columns.map((name) => [name, row[name]]))];
    });
}

function unknownColumn(path: string, line: number, name: string, known: readonly string[]): HarnessError {
  return refusal(path, line, `there is no column ${name}; there are ${known.slice(0, 50).join(', ')}`);
}

function refusal(path: string, line: number, message: string): HarnessError {
  return new HarnessError('usage', `${path}:${line}: ${message}`, {
    hint: 'Mend the data file, or what the journey asks of it as ${data.column}.',
  });
}
