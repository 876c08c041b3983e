// Workload: clients that arrive and call at intended times, and recover by their policy.
// What is intended follows from the plan and the seed; what happened is recorded, one event per operation.
export { type EvidenceBook, evidenceBook } from './evidence.ts';
export { runWorkload, type Share } from './run-workload.ts';
export type { ClientContext, Progress } from './types.ts';
