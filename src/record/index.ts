// Record: the event union, and an append-only writer and reader for it and for the servers' ledger.
// What is recorded is on disk before it is judged; nothing here knows who writes or who judges.
export type {
  ClientEvent,
  Failure,
  FailureKind,
  FaultEvent,
  FrameEvent,
  OperationEvent,
  Outcome,
  ProtocolRevision,
  RunEvent,
  TopologyEvent,
} from './events.ts';
export type { LedgerEntry, LedgerSink } from './ledger.ts';
export { opIdKey, stateMissingKey } from './meta-keys.ts';
export { type ReadStats, readNdjson } from './reader.ts';
export { type EventSink, ndjsonWriter } from './writer.ts';
