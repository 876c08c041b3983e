import { TimeLimit } from '../core/index.ts';
import { type Failure, type OperationEvent, type Outcome, stateMissingKey } from '../record/index.ts';
import { type CallStep, durationMs, fillTemplate } from '../scenario/index.ts';
import { attempt, type Means, type Tried } from './attempts.ts';
import { checkResult, readsOf } from './check-answer.ts';
import type { ClientContext } from './types.ts';

/** One operation, from the moment it is due to the moment its fate is known, with the client's own recovery. */

export interface IntendedOperation {
  opId: string;
  client: string;
  index: number;
  step: CallStep;
  intendedUs: number;
}

/** The fields of the record that are known before anything is sent. */
export function unsent(
  operation: IntendedOperation,
  atUs: number,
  unsentBecause: NonNullable<OperationEvent['unsentBecause']>,
  message: string,
): OperationEvent {
  const failure: Failure = { kind: 'not-sent', message };
  return {
    type: 'operation',
    ...identity(operation),
    startUs: null,
    endUs: atUs,
    outcome: 'fail',
    failure,
    firstOutcome: 'fail',
    attempts: 0,
    serviceUs: null,
    requestId: null,
    unsentBecause,
  };
}

function identity({ opId, client, index, step, intendedUs }: IntendedOperation) {
  return { opId, client, index, tool: step.call, intendedUs };
}

/**
 * Carries an operation out by the client's policy and returns its record. `values` are the client's saved
 * values; what the answer holds is saved there.
 */
export async function perform(
  operation: IntendedOperation,
  values: Map<string, unknown>,
  means: Means,
  context: ClientContext,
): Promise<OperationEvent> {
  const { clock } = context;
  const { step, opId } = operation;
  values.set('opId', opId);
  const filled = fillTemplate({ arguments: step.arguments, writes: step.writes }, values);
  if ('missing' in filled) {
    const missing = `needs \${${filled.missing}}, which no earlier answer gave`;
    return unsent(operation, clock.nowUs(), 'value', missing);
  }
  const call = filledCall(filled);
  const deadlineMs = step.deadline === undefined ? context.deadlineMs : durationMs(step.deadline);
  const deadlineUs = operation.intendedUs + deadlineMs * 1000;
  if (clock.nowUs() >= deadlineUs) {
    return unsent(operation, clock.nowUs(), 'deadline', 'its deadline had passed before it could be sent');
  }
  using limit = new TimeLimit(context.signal, (deadlineUs - clock.nowUs()) / 1000);
  const tried = await attempt(operation, call.arguments, means, context, limit);
  if (tried.sentUs === null) {
    const why = `no session: ${tried.failure?.kind} ${tried.failure?.message ?? ''}`;
    return unsent(operation, clock.nowUs(), 'session', why);
  }
  const { outcome, failure } = settle(step, tried, values, deadlineUs);
  const recovered = tried.attempts > 1;
  const stateMissing = tried.result?.meta[stateMissingKey] === true;
  // What an attempt was told is in the book already; what its answer holds is only judged here.
  if (failure && tried.result) {
    context.evidence.keep(operation.client, tried, failure, stateMissing ? 'loss' : 'failure');
  }
  return {
    type: 'operation',
    ...identity(operation),
    startUs: tried.sentUs,
    endUs: tried.endUs,
    outcome,
    ...(failure ? { failure } : {}),
    firstOutcome: recovered ? tried.firstOutcome : outcome,
    attempts: tried.attempts,
    serviceUs: tried.serviceUs,
    requestId: tried.requestId,
    ...(call.writes === undefined ? {} : { writes: call.writes }),
    ...readsOf(step, outcome, tried.result),
    ...(stateMissing ? { stateMissing: true as const } : {}),
    ...(tried.transcript ? { protocolBytes: tried.transcript.protocolBytes } : {}),
  };
}

interface FilledCall {
  arguments: Record<string, unknown>;
  writes?: string;
}

function filledCall(filled: { value: unknown } | { omit: true }): FilledCall {
  const value = ('value' in filled ? filled.value : {}) as {
    arguments?: Record<string, unknown>;
    writes?: unknown;
  };
  return {
    arguments: value.arguments ?? {},
    ...(value.writes === undefined ? {} : { writes: String(value.writes) }),
  };
}

/** What an operation comes to after all its attempts. */
function settle(
  step: CallStep,
  tried: Tried,
  values: Map<string, unknown>,
  deadlineUs: number,
): { outcome: Outcome; failure?: Failure | undefined } {
  const last = tried.result ? checkResult(step, tried.result, values) : tried;
  if (last.outcome === 'ok' && tried.endUs > deadlineUs) {
    return { outcome: 'info', failure: { kind: 'timeout', message: 'answered after the deadline' } };
  }
  // An earlier attempt may have had its effect, whatever the last one was told.
  if (last.outcome === 'fail' && tried.maybeDone) return { outcome: 'info', failure: last.failure };
  return last;
}
