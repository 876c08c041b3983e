import { z } from 'zod';

/** Rows for the clients of a scenario, from a file beside it. */

export const dataField = z
  .strictObject({
    file: z
      .string()
      .min(1)
      .max(1000)
      .describe(
        'A .csv file whose first line names the columns, or an .ndjson or .jsonl file; relative to this file',
      ),
    deal: z
      .enum(['in-order', 'shuffled'])
      .default('in-order')
      .describe(
        'Each client gets one row: the first client the first row, or in an order that follows from the seed',
      ),
    reuse: z
      .boolean()
      .default(true)
      .describe('With more clients than rows, begin again at the first; false refuses it'),
    types: z
      .record(z.string(), z.enum(['number', 'boolean']))
      .default({})
      .describe('CSV columns that are no texts'),
  })
  .describe('Rows of values for the clients; ${data.column} inserts one into arguments');

export type DataField = z.output<typeof dataField>;

/** As a plan holds it; the rows themselves stay where they are. */
export interface PlannedData extends DataField {
  /** Where it is, absolute. */
  path: string;
  /** Of its bytes, in hexadecimal: another file would be another experiment. */
  sha256: string;
  rows: number;
  /** Those that the journey uses. */
  columns: string[];
}
