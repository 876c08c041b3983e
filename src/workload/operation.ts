import { type Connection, type ConnectionClient, runInterrupted, type ToolResult } from '../client/index.ts';
import type { Failure, OperationEvent, Outcome } from '../record/index.ts';
import { type CallStep, durationMs, fillTemplate } from '../scenario/index.ts';
import type { ClientSession } from './client-session.ts';
import { valueAt } from './json-path.ts';
import type { ClientContext } from './types.ts';

/** One operation, from the moment it is due to the moment its fate is known, with the client's own recovery. */

/** Set by a reference server when a tool cannot find the application state it was asked for. */
const stateMissingKey = 'io.mcp-windtunnel/stateMissing';

export interface IntendedOperation {
  opId: string;
  client: string;
  index: number;
  step: CallStep;
  intendedUs: number;
}

/** What a client acts through. */
export interface Means {
  connection: Connection;
  session: ClientSession;
  self: ConnectionClient;
}

/** The fields of the record that are known before anything is sent. */
export function unsent(operation: IntendedOperation, atUs: number, message: string): OperationEvent {
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
    return unsent(operation, clock.nowUs(), `needs \${${filled.missing}}, which no earlier answer gave`);
  }
  const call = filledCall(filled);
  const deadlineMs = step.deadline === undefined ? context.deadlineMs : durationMs(step.deadline);
  const deadlineUs = operation.intendedUs + deadlineMs * 1000;
  if (clock.nowUs() >= deadlineUs) {
    return unsent(operation, clock.nowUs(), 'its deadline passed while the call before it was under way');
  }
  using deadline = deadlineSignal(context, deadlineUs);
  const tried = await attempt(operation, call.arguments, means, context, deadline.signal);
  if (tried.sentUs === null) {
    return unsent(
      operation,
      clock.nowUs(),
      `no session: ${tried.failure?.kind} ${tried.failure?.message ?? ''}`,
    );
  }
  const { outcome, failure } = tried.result ? checkResult(step, tried.result, values, tried) : tried;
  const recovered = tried.attempts > 1;
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
    ...(tried.result?.meta[stateMissingKey] === true ? { stateMissing: true as const } : {}),
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

interface Tried {
  outcome: Outcome;
  failure?: Failure | undefined;
  result?: ToolResult;
  firstOutcome: Outcome;
  attempts: number;
  /** When the first attempt was sent; null if none was. */
  sentUs: number | null;
  endUs: number;
  serviceUs: number | null;
  requestId: string | null;
}

/** Sends, and by the policy sends again: in a new session after an unknown one, or after an unknown outcome. */
async function attempt(
  operation: IntendedOperation,
  args: Record<string, unknown>,
  { connection, session, self }: Means,
  context: ClientContext,
  signal: AbortSignal,
): Promise<Tried> {
  const { clock, policy } = context;
  const { opId, step } = operation;
  const tried: Tried = {
    outcome: 'fail',
    firstOutcome: 'fail',
    attempts: 0,
    sentUs: null,
    endUs: 0,
    serviceUs: null,
    requestId: null,
  };
  let reinitialized = false;
  while (true) {
    const noSession = await session.ensure(signal);
    if (noSession) {
      tried.endUs = clock.nowUs();
      tried.failure ??= noSession;
      return tried;
    }
    const startUs = clock.nowUs();
    tried.sentUs ??= startUs;
    tried.attempts += 1;
    const answer = await connection.call({ tool: step.call, arguments: args, opId }, signal);
    tried.endUs = clock.nowUs();
    tried.serviceUs = tried.endUs - startUs;
    tried.requestId = answer.requestId;
    tried.outcome = answer.outcome;
    tried.failure = answer.outcome === 'ok' ? undefined : answer.failure;
    if (tried.attempts === 1) tried.firstOutcome = answer.outcome;
    if (answer.outcome === 'ok') {
      tried.result = answer.value;
      return tried;
    }
    const { failure, requestId } = answer;
    const unknownSession = failure.kind === 'unknown-session';
    if (unknownSession) {
      session.lose({ failure, requestId, opId, asked: `tools/call ${step.call}` });
    }
    const again = unknownSession
      ? session.usable && !reinitialized
      : answer.outcome === 'info' && policy.unknownOutcome === 'retry';
    if (!again || signal.aborted || tried.attempts >= policy.maxAttempts) return tried;
    reinitialized ||= unknownSession;
    await self.turnAround(signal);
  }
}

/** Holds the answer against what the journey expects of it, and saves what later calls need. */
function checkResult(
  step: CallStep,
  result: ToolResult,
  values: Map<string, unknown>,
  tried: Tried,
): { outcome: Outcome; failure?: Failure | undefined } {
  if (result.isError) return { outcome: 'fail', failure: { kind: 'tool-error', message: textOf(result) } };
  for (const [path, expected] of Object.entries(step.expect ?? {})) {
    const filled = fillTemplate(expected, values);
    const wanted = 'value' in filled ? filled.value : undefined;
    const found = valueAt(result.structuredContent, path);
    if (JSON.stringify(found) !== JSON.stringify(wanted)) {
      const message = `${path} is ${JSON.stringify(found)?.slice(0, 200)}, expected ${JSON.stringify(wanted)}`;
      // It was carried out, so its effect may stand: not `fail`.
      return { outcome: 'info', failure: { kind: 'unexpected', message } };
    }
  }
  for (const [name, path] of Object.entries(step.save ?? {})) {
    const value = valueAt(result.structuredContent, path);
    // An answer without the value clears it: an old one would belong to another state.
    if (value === undefined) values.delete(name);
    else values.set(name, value);
  }
  return { outcome: tried.outcome, failure: tried.failure };
}

function readsOf(step: CallStep, outcome: Outcome, result: ToolResult | undefined): { reads?: string[] } {
  if (step.reads === undefined || outcome !== 'ok' || result === undefined) return {};
  const found = valueAt(result.structuredContent, step.reads);
  return { reads: Array.isArray(found) ? found.map(String) : [] };
}

function textOf(result: ToolResult): string {
  const first = result.content.find((block) => (block as { type?: unknown }).type === 'text');
  return String((first as { text?: unknown } | undefined)?.text ?? 'the tool failed without a text').slice(
    0,
    500,
  );
}

/** A signal that aborts at the deadline, or when the run is cut short. */
function deadlineSignal(context: ClientContext, deadlineUs: number): Disposable & { signal: AbortSignal } {
  const controller = new AbortController();
  const leftMs = Math.max(0, (deadlineUs - context.clock.nowUs()) / 1000);
  const timer = setTimeout(() => controller.abort(), leftMs);
  const onCut = () => controller.abort(runInterrupted);
  if (context.signal.aborted) onCut();
  else context.signal.addEventListener('abort', onCut, { once: true });
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      context.signal.removeEventListener('abort', onCut);
    },
  };
}
