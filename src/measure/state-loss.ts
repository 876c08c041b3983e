import type { OperationEvent } from '../record/index.ts';
import type { Collector } from './collector.ts';
import type { LostUpdate, NotApplicable, StateLoss } from './metrics.ts';
import { rate } from './rate.ts';

/** What one client has written and found again; forgotten when it leaves. */
interface Journey {
  /** Acknowledged writes: value to time of acknowledgement. */
  acknowledged: Map<string, number>;
  /** Writes of unknown outcome. */
  unknown: Set<string>;
  /** Acknowledged writes that a later read was checked for. */
  checked: Set<string>;
  lost: Set<string>;
  recovered: Set<string>;
  unexpected: Set<string>;
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
 * `lost_update`: acknowledged writes absent from a read that began after the acknowledgement ÷ acknowledged
 * writes that such a read was made for. Modelled on Jepsen's set checker.
 */
export function stateLoss(journey: {
  writes: boolean;
  reads: boolean;
}): Collector<{ state: StateLoss | NotApplicable; updates: LostUpdate | NotApplicable }> {
  const journeys = new Map<string, Journey>();
  const total = { wrote: 0, lost: 0, unjudged: 0, checked: 0, lostUpdates: 0, recovered: 0, unexpected: 0 };

  const settle = (journey: Journey) => {
    total.checked += journey.checked.size;
    total.lostUpdates += journey.lost.size;
    total.recovered += journey.recovered.size;
    total.unexpected += journey.unexpected.size;
    if (journey.acknowledged.size === 0) return;
    total.wrote += 1;
    if (journey.stateLost || journey.sessionLostSinceRead) total.lost += 1;
    else if (!journey.readBack) total.unjudged += 1;
  };

  return {
    types: ['operation', 'session-lost', 'client-ended'],
    see(event) {
      if (event.type === 'operation') {
        const state = journeys.get(event.client) ?? newJourney();
        journeys.set(event.client, state);
        seeOperation(state, event);
      } else if (event.type === 'session-lost') {
        const state = journeys.get(event.client);
        if (state && state.acknowledged.size > 0) state.sessionLostSinceRead = true;
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
      if (!journey.writes) {
        const none = { notApplicable: 'the journey writes no state' };
        return { state: none, updates: none };
      }
      const { wrote, lost, unjudged, checked, lostUpdates, recovered, unexpected } = total;
      return {
        state: { ...rate(lost, wrote), unjudged },
        updates: journey.reads
          ? { ...rate(lostUpdates, checked), recovered, unexpected }
          : { notApplicable: 'the journey never reads its state back' },
      };
    },
  };
}

function newJourney(): Journey {
  return {
    acknowledged: new Map(),
    unknown: new Set(),
    checked: new Set(),
    lost: new Set(),
    recovered: new Set(),
    unexpected: new Set(),
    stateLost: false,
    sessionLostSinceRead: false,
    readBack: false,
  };
}

function seeOperation(journey: Journey, event: OperationEvent): void {
  if (event.stateMissing && journey.acknowledged.size > 0) journey.stateLost = true;
  if (event.writes !== undefined) {
    if (event.outcome === 'ok') {
      journey.acknowledged.set(event.writes, event.endUs);
      // Only a read that comes after it can tell whether this is there.
      journey.readBack = false;
    }
    if (event.outcome === 'info') journey.unknown.add(event.writes);
  }
  if (event.reads !== undefined && event.startUs !== null) seeRead(journey, event.reads, event.startUs);
}

function seeRead(journey: Journey, reads: readonly string[], startUs: number): void {
  const found = new Set(reads);
  let complete = true;
  for (const [value, acknowledgedUs] of journey.acknowledged) {
    if (acknowledgedUs > startUs) continue;
    journey.checked.add(value);
    if (found.has(value)) continue;
    journey.lost.add(value);
    complete = false;
  }
  for (const value of found) {
    if (journey.unknown.has(value)) journey.recovered.add(value);
    else if (!journey.acknowledged.has(value)) {
      journey.unexpected.add(value);
      complete = false;
    }
  }
  if (complete) {
    journey.readBack = true;
    journey.sessionLostSinceRead = false;
  } else {
    journey.stateLost = true;
  }
}
