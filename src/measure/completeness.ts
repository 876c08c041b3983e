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
  /** Acknowledged operations without a commit in the ledger. */
  uncommitted: number;
  /** Acknowledged operations that the balancer's log does not have. */
  unrouted: number;
  faultsEnded: number;
  /** When the last operation was intended, and the last fault began, in microseconds of the run's clock. */
  lastIntendedUs: number;
  lastFaultUs: number;
}

/** All of it but what only the ledger and the balancer know. */
export function completeness(): Collector<Omit<Completeness, 'uncommitted' | 'unrouted'>> {
  const seen: Omit<Completeness, 'uncommitted' | 'unrouted'> = {
    ended: null,
    clientsExpected: 0,
    clientsEnded: 0,
    operationsIntended: 0,
    operationsRecorded: 0,
    faultsEnded: 0,
    lastIntendedUs: Number.NEGATIVE_INFINITY,
    lastFaultUs: Number.NEGATIVE_INFINITY,
  };
  return {
    types: ['workload-began', 'operation', 'client-ended', 'fault-began', 'fault-ended', 'run-ended'],
    see(event) {
      if (event.type === 'run-ended') {
        seen.ended = event.how;
        if (event.reason !== undefined) seen.reason = event.reason;
      } else if (event.type === 'workload-began') seen.clientsExpected = event.clients;
      else if (event.type === 'fault-began') seen.lastFaultUs = Math.max(seen.lastFaultUs, event.atUs);
      else if (event.type === 'fault-ended') seen.faultsEnded += event.error === undefined ? 1 : 0;
      else if (event.type === 'operation') {
        seen.operationsRecorded += 1;
        seen.lastIntendedUs = Math.max(seen.lastIntendedUs, event.intendedUs);
      } else if (event.type === 'client-ended') {
        seen.clientsEnded += 1;
        seen.operationsIntended += event.operations;
      }
    },
    result: () => seen,
  };
}
