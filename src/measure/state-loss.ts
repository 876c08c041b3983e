import type { OperationEvent } from '../record/index.ts';
import type { Collector } from './collector.ts';
import type { LostUpdate, NotApplicable, StateLoss } from './metrics.ts';
import { readsOfOthers } from './misdelivery.ts';
import { rate } from './rate.ts';
import { type ValueMarks, valueMarks } from './value-marks.ts';

/** What is known of a value. */
const mark = {
  acknowledged: 1,
  /** Written, with unknown outcome. */
  unknown: 2,
  /** Acknowledged, and a later read was checked for it. */
  checked: 4,
  lost: 8,
  recovered: 16,
  unexpected: 32,
  /** In the read that is being looked at. */
  found: 64,
  /** Acknowledged; the ledger proves that it was never committed, and no read has found it. */
  uncommitted: 128,
} as const;

/** What one client has written and found again; forgotten when it leaves. */
interface Journey {
  values: ValueMarks;
  wrote: boolean;
  stateLost: boolean;
  /** A session was lost after a write; only a good read afterwards shows that the state outlived it. */
  sessionLostSinceRead: boolean;
  readBack: boolean;
}

/**
 * `state_loss`: stateful journeys whose application state was missing or wrong when read back ÷ journeys that
 * wrote state. Missing: the tool said so, a read lacked an acknowledged write, or the session that leads to
 * the state was lost and no later read found the state.
 *
 * `lost_update`: acknowledged writes absent from a read that began after the acknowledgement, or that the ledger
 * proves were never committed ÷ acknowledged writes that such a read, or such a proof, was made for. Modelled on
 * Jepsen's set checker. A read that returned another client's state (`state_leak`) says nothing of either.
 *
 * @param isUncommitted whether the ledger proves that an acknowledged operation was never committed.
 */
export function stateLoss(
  journey: { writes: boolean; reads: boolean },
  isUncommitted: (acknowledged: OperationEvent) => boolean = () => false,
): Collector<{ state: StateLoss | NotApplicable; updates: LostUpdate | NotApplicable }> {
  const journeys = new Map<string, Journey>();
  const total = { wrote: 0, lost: 0, unjudged: 0, checked: 0, lostUpdates: 0, recovered: 0, unexpected: 0 };
  let uncommitted = 0;

  const settle = (journey: Journey) => {
    const either = (one: number, other: number) =>
      journey.values.count(one) + journey.values.count(other) - journey.values.count(one | other);
    total.checked += either(mark.checked, mark.uncommitted);
    total.lostUpdates += either(mark.lost, mark.uncommitted);
    total.recovered += journey.values.count(mark.recovered);
    total.unexpected += journey.values.count(mark.unexpected);
    if (!journey.wrote) return;
    total.wrote += 1;
    if (journey.stateLost || journey.sessionLostSinceRead) total.lost += 1;
    else if (!journey.readBack) total.unjudged += 1;
  };

  return {
    types: ['operation', 'session-lost', 'client-ended'],
    see(event) {
      if (event.type === 'operation') {
        const state = journeys.get(event.client) ?? newJourney(event.client);
        journeys.set(event.client, state);
        seeOperation(state, event);
        if (event.outcome !== 'ok' || !isUncommitted(event)) return;
        uncommitted += 1;
        if (event.writes !== undefined) state.values.mark(event.writes, mark.uncommitted);
      } else if (event.type === 'session-lost') {
        const state = journeys.get(event.client);
        if (state?.wrote) state.sessionLostSinceRead = true;
      } else if (event.type === 'client-ended') {
        const state = journeys.get(event.client);
        if (state) settle(state);
        journeys.delete(event.client);
      }
    },
    result() {
      // A cut-short run leaves clients that never ended.
      for (const state of journeys.values()) settle(state);
      journeys.clear();
      const { wrote, lost, unjudged, checked, lostUpdates, recovered, unexpected } = total;
      const updates = { ...rate(lostUpdates, checked), recovered, unexpected, uncommitted };
      const never = !journey.writes
        ? { notApplicable: 'the journey writes no state' }
        : { notApplicable: 'the journey never reads its state back' };
      return {
        state: journey.writes ? { ...rate(lost, wrote), unjudged } : never,
        // What was acknowledged and never committed is lost, whatever the journey does.
        updates: (journey.writes && journey.reads) || uncommitted > 0 ? updates : never,
      };
    },
  };
}

function newJourney(client: string): Journey {
  return {
    values: valueMarks(client),
    wrote: false,
    stateLost: false,
    sessionLostSinceRead: false,
    readBack: false,
  };
}

function seeOperation(journey: Journey, event: OperationEvent): void {
  journey.values.reached(event.index);
  if (event.stateMissing && journey.wrote) journey.stateLost = true;
  if (event.writes !== undefined) {
    if (event.outcome === 'ok') {
      journey.values.mark(event.writes, mark.acknowledged, event.endUs);
      journey.wrote = true;
      // Only a read that comes after it can tell whether this is there.
      journey.readBack = false;
    }
    if (event.outcome === 'info') journey.values.mark(event.writes, mark.unknown);
  }
  if (event.reads === undefined || event.startUs === null || readsOfOthers(event)) return;
  seeRead(journey, event.reads, event.startUs);
}

function seeRead(journey: Journey, reads: readonly string[], startUs: number): void {
  let complete = true;
  for (const value of reads) journey.values.mark(value, mark.found);
  journey.values.revise((marks, acknowledgedUs) => {
    const acknowledged = (marks & mark.acknowledged) !== 0;
    let revised = marks & ~mark.found;
    if (acknowledged && acknowledgedUs <= startUs) revised |= mark.checked;
    if ((marks & mark.found) === 0) {
      if (!acknowledged || acknowledgedUs > startUs) return revised;
      complete = false;
      return revised | mark.lost;
    }
    revised &= ~mark.uncommitted;
    if ((marks & mark.unknown) !== 0) return revised | mark.recovered;
    if (acknowledged) return revised;
    complete = false;
    return revised | mark.unexpected;
  });
  if (complete) {
    journey.readBack = true;
    journey.sessionLostSinceRead = false;
  } else {
    journey.stateLost = true;
  }
}
