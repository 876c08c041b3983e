// Record: the event union, and an append-only writer and reader for it and for the servers' ledger.
// What is recorded is on disk before it is judged; nothing here knows who writes or who judges.
export type { ChangeEvent } from './change-events.ts';
export type {
  ClientEvent,
  ExchangeEvent,
  OperationEvent,
  RecordedMessage,
} from './client-events.ts';
export { committedTasks } from './committed-tasks.ts';
export {
  type ClientKind,
  clientKinds,
  type FaultEvent,
  type FrameEvent,
  type GeneratorEvent,
  type ProtocolRevision,
  type RunEvent,
  type TopologyEvent,
} from './events.ts';
export type { Failure, FailureKind, Outcome } from './failure.ts';
export type { InputEvent } from './input-events.ts';
export {
  type LedgerAnswered,
  type LedgerEmitted,
  type LedgerEntry,
  type LedgerOperation,
  type LedgerSink,
  type LedgerTask,
  ledgerWriter,
  taskDeeds,
} from './ledger.ts';
export { type LedgerLines, ledgerLines } from './ledger-lines.ts';
export { isLedgerEntry } from './ledger-shapes.ts';
export {
  changeValueKey,
  idempotencyKeyKey,
  opIdKey,
  outcomeUnknownKey,
  stateMissingKey,
} from './meta-keys.ts';
export { operationsNamedIn } from './operation-id.ts';
export { type ReadStats, readNdjson } from './reader.ts';
export { isRunEvent } from './shapes.ts';
export type { AfterBreak, StreamEvent } from './stream-events.ts';
export { type TaskEvent, type TaskExchange, type TaskStatus, taskStatuses } from './task-events.ts';
export { topicOfUri, uriOfTopic } from './topic-uri.ts';
export { appendLines, type EventSink, type LineAppender, lineOf, ndjsonWriter } from './writer.ts';
