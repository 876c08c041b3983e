// Theory: what arithmetic says must come out of a run; one file for each row, all of them in the table below.
// A harness that disagrees with arithmetic is broken: a difference is shown, and fails a test here.
import type { Prediction } from '../results.ts';
import { callsUntilLost } from './calls-until-lost.ts';
import { rotationOfChanges, sharedBus } from './changes.ts';
import { consistentHash } from './consistent-hash.ts';
import { cutOff } from './cut-off.ts';
import { followUps } from './follow-ups.ts';
import { freeze } from './freeze.ts';
import { hashModulo } from './hash-modulo.ts';
import { heldSessions } from './held-sessions.ts';
import { input } from './input.ts';
import { inputRotation } from './input-rotation.ts';
import { localState } from './local-state.ts';
import { nothingMoves } from './nothing-moves.ts';
import { inFlight, sharedState } from './shared-state.ts';
import { cutStreams, deadCalls, lateResults, resumable, sentAgain, sharedEvents } from './streams.ts';
import { struckReplica } from './struck-replica.ts';
import { survival } from './survival.ts';
import { taskHeld } from './task-held.ts';
import { taskKnown } from './task-known.ts';
import { taskPace } from './task-pace.ts';
import { taskRotation } from './task-rotation.ts';
import { taskShared } from './task-shared.ts';
import type { Case, Forecast, Row } from './types.ts';

export type { Case };

const rows: readonly Row[] = [
  followUps,
  survival,
  callsUntilLost,
  struckReplica,
  heldSessions,
  nothingMoves,
  cutOff,
  hashModulo,
  consistentHash,
  sharedState,
  inFlight,
  localState,
  freeze,
  sharedEvents,
  resumable,
  cutStreams,
  deadCalls,
  lateResults,
  sentAgain,
  input,
  inputRotation,
  rotationOfChanges,
  sharedBus,
  taskRotation,
  taskHeld,
  taskShared,
  taskPace,
  taskKnown,
];

/** What theory predicts for a run, each beside what was measured. */
export function predict(one: Case): Prediction[] {
  return rows.flatMap((row) => row(one)).map(judge);
}

/** Counts that were divided differ in their last bit. */
const rounding = 1e-9;

function judge({ doubt, ...forecast }: Forecast): Prediction {
  const { measured, interval } = forecast;
  if (doubt !== undefined) return { ...forecast, verdict: 'unknown', reason: doubt };
  if (measured === null) return { ...forecast, verdict: 'unknown', reason: 'there were no samples' };
  const [low, high] = interval;
  if (measured >= low - rounding && measured <= high + rounding) {
    return { ...forecast, verdict: 'pass', reason: '' };
  }
  const side = measured < low ? 'below' : 'above';
  const reason = `it lies ${side} what chance allows in 99 of 100 runs: the harness or the deployment is not what it is taken for`;
  return { ...forecast, verdict: 'fail', reason };
}
