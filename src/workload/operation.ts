import { TimeLimit } from '../core/index.ts';
import { type Failure, type OperationEvent, type Outcome, stateMissingKey } from '../record/index.ts';
import type { CallStep } from '../scenario/index.ts';
import { type Attempted, attempt, type Means, sendCall, type Tried } from './attempts.ts';
import { checkResult, readsOf } from './check-answer.ts';
import { attemptAnswering } from './input-attempts.ts';
import { stepPlan } from './step-plan.ts';
import { attemptStream } from './stream-attempts.ts';
import { attemptTask } from './task-attempts.ts';
import type { ClientContext } from './types.ts';

/** One operation, from the moment it is due to the moment its fate is known, with the client's own recovery. */

export interface IntendedOperation extends Attempted {
  index: number;
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
    opId: operation.opId,
    client: operation.client,
    index: operation.index,
    tool: operation.step.call,
    intendedUs: operation.intendedUs,
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
  const plan = stepPlan(step);
  const call = plan.fill(values);
  if ('missing' in call) {
    const missing = `needs \${${call.missing}}, which no earlier answer gave`;
    return unsent(operation, clock.nowUs(), 'value', missing);
  }
  const deadlineMs = plan.deadlineMs ?? context.deadlineMs;
  const deadlineUs = operation.intendedUs + deadlineMs * 1000;
  const nowUs = clock.nowUs();
  if (nowUs >= deadlineUs) {
    return unsent(operation, nowUs, 'deadline', 'its deadline had passed before it could be sent');
  }
  // Not `using`, which V8 carries out in C++: it costs half a microsecond, for each call.
  const limit = new TimeLimit(context.signal, (deadlineUs - nowUs) / 1000);
  let tried: Tried;
  try {
    tried = await carryOut(operation, call.arguments, means, context, { limit, deadlineUs });
  } finally {
    limit[Symbol.dispose]();
  }
  if (tried.sentUs === null) {
    const why = `no session: ${tried.failure?.kind} ${tried.failure?.message ?? ''}`;
    return unsent(operation, clock.nowUs(), 'session', why);
  }
  const { outcome, failure } = settle(step, tried, values, deadlineUs, context);
  const stateMissing = tried.result?.meta[stateMissingKey] === true;
  // What an attempt was told is in the book already; what its answer holds is only judged here.
  if (failure && tried.result) {
    context.evidence.keep(operation.client, tried, failure, stateMissing ? 'loss' : 'failure');
  }
  // Written out, since this is made for each call and spreading costs more than all the rest of it.
  const record: OperationEvent = {
    type: 'operation',
    opId,
    client: operation.client,
    index: operation.index,
    tool: step.call,
    intendedUs: operation.intendedUs,
    startUs: tried.sentUs,
    endUs: tried.endUs,
    outcome,
    firstOutcome: tried.attempts > 1 ? tried.firstOutcome : outcome,
    attempts: tried.attempts,
    serviceUs: tried.serviceUs,
    requestId: tried.requestId,
  };
  if (failure) record.failure = failure;
  if (tried.taskId !== undefined) record.taskId = tried.taskId;
  if (call.writes !== undefined) record.writes = call.writes;
  const reads = readsOf(step, outcome, tried.result);
  if (reads !== undefined) record.reads = reads;
  if (stateMissing) record.stateMissing = true;
  if (tried.transcript) record.protocolBytes = tried.transcript.protocolBytes;
  return record;
}

/** As a call, as one whose stream is accounted for, or as a task where the deployment has any. */
function carryOut(
  operation: IntendedOperation,
  args: Record<string, unknown>,
  means: Means,
  context: ClientContext,
  { limit, deadlineUs }: { limit: TimeLimit; deadlineUs: number },
): Promise<Tried> {
  const { step } = operation;
  const { tasks } = means;
  if (step.task && tasks) {
    return attemptTask(operation, args, { ...means, tasks }, context, { limit, deadlineUs });
  }
  if (step.answers) return attemptAnswering(operation, args, means, context, limit);
  if (step.stream) return attemptStream(operation, args, means, context, limit);
  return attempt(operation, args, means, context, limit, sendCall);
}

/** What an operation comes to after all its attempts. */
function settle(
  step: CallStep,
  tried: Tried,
  values: Map<string, unknown>,
  deadlineUs: number,
  { redact, errorsAreCertain }: Pick<ClientContext, 'redact' | 'errorsAreCertain'>,
): { outcome: Outcome; failure?: Failure | undefined } {
  const last = tried.result ? checkResult(step, tried.result, values, redact) : tried;
  if (last.outcome === 'ok' && tried.endUs > deadlineUs) {
    return { outcome: 'info', failure: { kind: 'timeout', message: 'answered after the deadline' } };
  }
  if (last.failure?.kind === 'tool-error' && !errorsAreCertain) return { ...last, outcome: 'info' };
  // An earlier attempt may have had its effect, whatever the last one was told.
  if (last.outcome === 'fail' && tried.maybeDone) return { outcome: 'info', failure: last.failure };
  return last;
}
