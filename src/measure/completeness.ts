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
  /** Acknowledged operations that the balancer's log does not have. */
  unrouted: number;
  /** Acknowledged operations without a commit in a ledger that may lack lines; all of them if there is none that should be. */
  unproven: number;
  /** Of servers that speak of the ledger on their output; null if none does. */
  ledgerLines: { entries: number; unreadable: number; failure?: string } | null;
  faultsEnded: number;
  /** Why the first fault that failed could not be carried out. */
  faultError?: string;
  /** Processes of replicas that ended although nobody had told them to, e.g. `r1 (boot 1): exit code 7`. */
  endedByThemselves: string[];
  /**
   * When the last operation was intended, or one that was under way as a task last asked for; and when the last fault began;
   * in microseconds of the run's clock.
   */
  lastIntendedUs: number;
  lastFaultUs: number;
}

/** All of it but what only the ledger and the balancer know. */
export function completeness(): Collector<Omit<Completeness, 'unproven' | 'unrouted'>> {
  const seen: Omit<Completeness, 'unproven' | 'unrouted'> = {
    ended: null,
    clientsExpected: 0,
    clientsEnded: 0,
    operationsIntended: 0,
    operationsRecorded: 0,
    ledgerLines: null,
    faultsEnded: 0,
    endedByThemselves: [],
    lastIntendedUs: Number.NEGATIVE_INFINITY,
    lastFaultUs: Number.NEGATIVE_INFINITY,
  };
  return {
    types: [
      'workload-began',
      'operation',
      'task-seen',
      'client-ended',
      'fault-began',
      'fault-ended',
      'replica-exited',
      'ledger-read',
      'run-ended',
    ],
    see(event) {
      if (event.type === 'run-ended') {
        seen.ended = event.how;
        if (event.reason !== undefined) seen.reason = event.reason;
      } else if (event.type === 'workload-began') seen.clientsExpected = event.clients;
      else if (event.type === 'fault-began') seen.lastFaultUs = Math.max(seen.lastFaultUs, event.atUs);
      else if (event.type === 'fault-ended') {
        if (event.error === undefined) seen.faultsEnded += 1;
        else seen.faultError ??= event.error;
      } else if (event.type === 'replica-exited') {
        const { replica, boot, signal, exitCode, expected, oomKilled } = event;
        const how = oomKilled ? 'out of memory' : (signal ?? `exit code ${exitCode}`);
        if (!expected) seen.endedByThemselves.push(`${replica} (boot ${boot}): ${how}`);
      } else if (event.type === 'ledger-read') {
        seen.ledgerLines ??= { entries: 0, unreadable: 0 };
        const lines = seen.ledgerLines;
        lines.entries += event.entries;
        lines.unreadable += event.unreadable;
        if (event.failure !== undefined) lines.failure ??= event.failure;
      } else if (event.type === 'operation') {
        seen.operationsRecorded += 1;
        seen.lastIntendedUs = Math.max(seen.lastIntendedUs, event.intendedUs);
      } else if (event.type === 'task-seen') {
        seen.lastIntendedUs = Math.max(seen.lastIntendedUs, event.sentUs);
      } else if (event.type === 'client-ended') {
        seen.clientsEnded += 1;
        seen.operationsIntended += event.operations;
      }
    },
    result: () => seen,
  };
}
