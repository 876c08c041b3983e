import type { LedgerTaskNotes } from './ledger-tasks.ts';
import { isFinal, type SeenTask, type Sight } from './task-log.ts';
import type { TaskLoss } from './types.ts';

export type LossKind = keyof TaskLoss['kinds'];

/** What became of one acknowledged task. Times are microseconds of the run's clock. */
export interface TaskFate {
  loss: { kind: LossKind; atUs: number } | null;
  /** The first time its client was told a final state. */
  told: Sight | null;
  /** When its client had all it wanted: the result, or that there is none; infinite if it never had. */
  knownUs: number;
  /** Until when the server has certainly promised to keep it. */
  promisedUntilUs: number;
  /** `tasks/get` and `tasks/result` until it was known. */
  polls: number;
  /** Polls that were answered with an unknown task, within the promised time and before it was known. */
  unknownPolls: number;
  /** Whether its result was there when it was asked for once more, within the promised time; null if it was not asked for. */
  keptResult: boolean | null;
  /** When its client had the answer to the request to cancel it; null if there was none. */
  cancelledUs: number | null;
  workedAfterCancel: boolean;
  /** Null if the ledger says nothing of any task. */
  premature: boolean | null;
}

/**
 * @param notes of this task; undefined if the ledger has none.
 * @param hasLedger whether the ledger speaks of tasks at all.
 */
export function fateOf(task: SeenTask, notes: LedgerTaskNotes | undefined, hasLedger: boolean): TaskFate {
  const { created, sights } = task;
  const told = sights.find((sight) => isFinal(sight.status)) ?? null;
  const knownUs = knownOf(task, told);
  const ttlMs = created?.ttlMs ?? null;
  // The server counts from a moment within the exchange that made it: the earliest promises least.
  const promisedUntilUs =
    created === null || ttlMs === null ? Number.POSITIVE_INFINITY : created.sentUs + ttlMs * 1000;
  const cancelled = sights.find(({ how, came }) => how === 'cancel' && isAnswer(came));
  const before = sights.filter((sight) => sight.sentUs < knownUs && sight.atUs < promisedUntilUs);
  return {
    loss: lossOf(task, { told, knownUs, before }, notes),
    told,
    knownUs,
    promisedUntilUs,
    polls: sights.filter((sight) => isPoll(sight) && sight.sentUs < knownUs).length,
    unknownPolls: before.filter(({ came }) => came === 'unknown').length,
    keptResult: keptResultOf(sights, knownUs, promisedUntilUs),
    cancelledUs: cancelled?.atUs ?? null,
    workedAfterCancel:
      cancelled !== undefined && notes?.lastCommitUs != null && notes.lastCommitUs > cancelled.atUs,
    premature: !hasLedger || created === null ? null : isPremature(created.atUs, notes),
  };
}

/** A request for the state or the result, which a notification saves. */
export const isPoll = ({ how }: Sight) => how === 'get' || how === 'result';

const isAnswer = (came: Sight['came']) => came === 'found' || came === 'acknowledged';

/**
 * A task that is told to have failed, or to be cancelled, has no result to fetch. One that is told to be completed has, in
 * 2025-11-25 in an answer of its own; its operation is over when the client has it.
 */
function knownOf({ operation, isLast }: SeenTask, told: Sight | null): number {
  if (told !== null && told.status !== 'completed') return told.atUs;
  if (operation === null || !isLast) return told?.atUs ?? Number.POSITIVE_INFINITY;
  const { outcome, failure, endUs } = operation;
  const hasResult = outcome === 'ok' || failure === 'tool-error' || failure === 'unexpected';
  return hasResult ? endUs : Number.POSITIVE_INFINITY;
}

function keptResultOf(sights: readonly Sight[], knownUs: number, untilUs: number): boolean | null {
  const again = sights.filter((one) => isPoll(one) && one.sentUs >= knownUs && one.atUs < untilUs);
  if (again.some(({ came }) => came === 'unknown')) return false;
  return again.some(({ came }) => came === 'found') ? true : null;
}

function isPremature(handleUs: number, notes: LedgerTaskNotes | undefined): boolean {
  return notes?.createdUs == null || handleUs < notes.createdUs;
}

interface Course {
  told: Sight | null;
  knownUs: number;
  /** What was seen before it was known and within the promised time. */
  before: readonly Sight[];
}

function lossOf(task: SeenTask, course: Course, notes: LedgerTaskNotes | undefined): TaskFate['loss'] {
  const { told, knownUs, before } = course;
  const askedToCancel = task.sights.some(({ how }) => how === 'cancel');
  if (told !== null && told.status !== 'completed' && notes?.commitUs != null) {
    if (!(told.status === 'cancelled' && askedToCancel)) return { kind: 'wronglyFailed', atUs: told.atUs };
  }
  const found = (afterUs: number) => task.sights.some((one) => one.came === 'found' && one.atUs > afterUs);
  const unknown = before.find(({ came }) => came === 'unknown');
  if (unknown) return { kind: found(unknown.atUs) ? 'flap' : 'unknown', atUs: unknown.atUs };
  // Its session is lost first of all; the task is, too, if no other session finds it.
  const severed = before.findLast(({ came }) => came === 'no-session');
  const wasCutShort = task.operation === null || task.operation.failure === 'interrupted';
  if (severed && knownUs === Number.POSITIVE_INFINITY && !wasCutShort && !found(severed.atUs)) {
    return { kind: 'unknown', atUs: severed.atUs };
  }
  if (told !== null || task.operation === null || wasCutShort || !task.isLast) return null;
  const { endUs, outcome } = task.operation;
  const hasExpired = task.sights.some(({ came }) => came === 'unknown');
  if (outcome === 'ok' || hasExpired) return null;
  // Where it has ended, and only its client did not learn of it, an answer is lost, not the task: `result_loss`.
  if (notes?.finalUs != null && notes.finalUs <= endUs) return null;
  return { kind: 'stalled', atUs: endUs };
}
