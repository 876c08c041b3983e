import { maybe, number, object, oneOf, text } from './checks.ts';
import {
  type LedgerAnswered,
  type LedgerEmitted,
  type LedgerEntry,
  type LedgerOperation,
  type LedgerTask,
  taskDeeds,
} from './ledger.ts';

/** Whether a line of the ledger that was read is what it says: as `shapes.ts`, of the other file. */

const mark = { atUs: number, replica: text, boot: number, seq: maybe(number) };
const ledgerEnd = object<Extract<LedgerEntry, { event: 'end' }>>({ event: oneOf('end'), ...mark });
const ledgerOperation = object<LedgerOperation>({
  event: oneOf('begin', 'commit', 'abort'),
  ...mark,
  opId: text,
  tool: text,
  subject: maybe(text),
  value: maybe(text),
  taskId: maybe(text),
});

const ledgerTask = object<LedgerTask>({
  event: oneOf('task'),
  ...mark,
  what: oneOf(...taskDeeds),
  taskId: text,
  opId: text,
  step: maybe(number),
  ms: maybe(number),
});

const ledgerEmitted = object<LedgerEmitted>({
  event: oneOf('emitted'),
  ...mark,
  opId: text,
  stream: text,
  number,
});

const ledgerAnswered = object<LedgerAnswered>({ event: oneOf('answered'), ...mark, opId: text });

export function isLedgerEntry(record: object): record is LedgerEntry {
  return (
    ledgerOperation(record) ||
    ledgerEmitted(record) ||
    ledgerAnswered(record) ||
    ledgerTask(record) ||
    ledgerEnd(record)
  );
}
