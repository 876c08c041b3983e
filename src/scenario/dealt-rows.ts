import { seededPrng } from '../core/index.ts';
import type { Row } from './data-rows.ts';
import type { PlannedData } from './data-schema.ts';

/**
 * Rows in the order in which clients get them, as bytes that threads share: each takes a row out when its client
 * arrives, and none holds a copy of all.
 */
export interface DealtRows {
  /** Each row as JSON, one behind the other. */
  bytes: SharedArrayBuffer;
  /** Where each ends in `bytes`. */
  ends: SharedArrayBuffer;
}

/** @param seed of the run; the same deals the same, however many threads there are. */
export function dealRows(rows: readonly Row[], deal: PlannedData['deal'], seed: number): DealtRows {
  const texts = orderOf(rows.length, deal, seed).map((at) => Buffer.from(JSON.stringify(rows[at])));
  const bytes = new SharedArrayBuffer(texts.reduce((sum, text) => sum + text.length, 0));
  const ends = new SharedArrayBuffer(texts.length * Uint32Array.BYTES_PER_ELEMENT);
  const [into, marks] = [new Uint8Array(bytes), new Uint32Array(ends)];
  let end = 0;
  for (const [i, text] of texts.entries()) {
    into.set(text, end);
    end += text.length;
    marks[i] = end;
  }
  return { bytes, ends };
}

/** The row of the client at `index` (from 0); behind the last row it begins again. */
export function dealtRow({ bytes, ends }: DealtRows, index: number): Row {
  const marks = new Uint32Array(ends);
  const at = index % marks.length;
  const begin = at === 0 ? 0 : (marks[at - 1] ?? 0);
  // Decoders refuse shared memory: it might change under them.
  const own = Buffer.from(new Uint8Array(bytes).slice(begin, marks[at]));
  return JSON.parse(own.toString('utf8'));
}

/** Fisher and Yates. */
function orderOf(count: number, deal: PlannedData['deal'], seed: number): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  if (deal === 'in-order') return order;
  const prng = seededPrng(seed).fork('data');
  for (let last = count - 1; last > 0; last--) {
    const other = prng.below(last + 1);
    [order[last], order[other]] = [order[other] ?? 0, order[last] ?? 0];
  }
  return order;
}
