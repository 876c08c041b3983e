import type { RunEvent } from '../record/index.ts';
import type { Collector } from './collector.ts';

/** Whether the record of a run is whole: what was begun was ended, what was intended has a record. */
export interface Completeness {
  /** How the run ended; null if the harness was killed before it could say. */
  ended: Extract<RunEvent, { type: 'run-ended' }>['how'] | null;
  /** Why it failed, if it did. */
  reason?: string;
  clientsExpected: number;
  clientsEnded: number;
  operationsIntended: number;
  operationsRecorded: number;
}

export function completeness(): Collector<Completeness> {
  const seen: Completeness = {
    ended: null,
    clientsExpected: 0,
    clientsEnded: 0,
    operationsIntended: 0,
    operationsRecorded: 0,
  };
  return {
    see(event) {
      if (event.type === 'run-ended') {
        seen.ended = event.how;
        if (event.reason !== undefined) seen.reason = event.reason;
      } else if (event.type === 'workload-began') seen.clientsExpected = event.clients;
      else if (event.type === 'operation') seen.operationsRecorded += 1;
      else if (event.type === 'client-ended') {
        seen.clientsEnded += 1;
        seen.operationsIntended += event.operations;
      }
    },
    result: () => seen,
  };
}
