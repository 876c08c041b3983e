import type { OperationEvent } from '../../record/index.ts';
import { callsOf, type RunSpec, usesSavedValue } from '../../scenario/index.ts';
import type { Collector } from '../collector.ts';
import { quietUntil } from './quiet-until.ts';
import { isUndecided } from './undecided.ts';

/** Requests that needed something a replica may or may not have, and how many of them found it. */
export interface Found {
  asked: number;
  found: number;
}

type Spec = Pick<RunSpec, 'scenario' | 'deployment'>;

/**
 * Requests within a session (`notifications/initialized` and calls, of first sessions and replacements), before
 * the first fault is due. A session's DELETE is not counted: its answer is not looked at.
 */
export function followUps({ scenario }: Spec): Collector<Found> {
  const until = quietUntil(scenario);
  let asked = 0;
  let unknown = 0;
  return {
    types: ['workload-began', 'session-opened', 'session-lost', 'operation'],
    see(event) {
      if (event.type === 'workload-began') until.beginUs = event.atUs;
      else if (event.type === 'session-opened') {
        if (event.sessionId !== null && event.atUs < until.endUs) asked += 1;
      } else if (event.type === 'session-lost') {
        // Those that a call met are counted with the call.
        if (event.opId === null && event.atUs < until.endUs) unknown += 1;
      } else if (event.type === 'operation' && event.startUs !== null && event.endUs < until.endUs) {
        const isUnknown = event.failure?.kind === 'unknown-session';
        asked += event.attempts;
        unknown += isUnknown ? event.attempts : event.attempts - 1;
        if (isUndecided(event)) asked -= 1;
      }
    },
    result: () => ({ asked, found: asked - unknown }),
  };
}

/** Calls that needed application state behind a handle, before the first fault is due. */
export function lookups({ scenario }: Spec): Collector<Found> {
  const until = quietUntil(scenario);
  const tools = new Set(
    callsOf(scenario.workload.journey)
      .filter(usesSavedValue)
      .map((call) => call.call),
  );
  let asked = 0;
  let found = 0;
  return {
    types: ['workload-began', 'operation'],
    see(event) {
      if (event.type === 'workload-began') until.beginUs = event.atUs;
      else if (event.type === 'operation' && event.endUs < until.endUs && tools.has(event.tool)) {
        if (!isTold(event)) return;
        asked += 1;
        if (!event.stateMissing) found += 1;
      }
    },
    result: () => ({ asked, found }),
  };
}

const isTold = (event: OperationEvent) => event.stateMissing === true || event.outcome === 'ok';

/** Sessions that arrivals opened, by how many follow-ups their clients intended: `initialized`, and each call. */
export function intendedFollowUps(): Collector<ReadonlyMap<number, number>> {
  const sessions = new Map<number, number>();
  const open = new Set<string>();
  return {
    types: ['session-opened', 'client-ended'],
    see(event) {
      if (event.type === 'session-opened') {
        if (event.sessionId !== null && event.generation === 0) open.add(event.client);
      } else if (event.type === 'client-ended' && open.delete(event.client)) {
        const intended = event.operations + 1;
        sessions.set(intended, (sessions.get(intended) ?? 0) + 1);
      }
    },
    result: () => sessions,
  };
}
