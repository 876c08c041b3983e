// Changes: what clients who listened were told of what was published, held against the ledger.
// The judge side of `record/change-events.ts`.
export { type ChangeLedger, changeLedger } from './change-ledger.ts';
export { type ChangeMeasures, changeMeasureNames, changeMeasures, noChanges } from './change-measures.ts';
export type { ChangeFacts, ChangeMetrics, NotificationLoss } from './types.ts';
