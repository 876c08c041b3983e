import type { Connection, ConnectionClient, ToolResult, Transcript } from '../client/index.ts';
import type { StopSignal } from '../core/index.ts';
import type { Failure, Outcome } from '../record/index.ts';
import type { CallStep } from '../scenario/index.ts';
import type { ClientSession } from './client-session.ts';
import type { ClientContext } from './types.ts';

/** What a client acts through. */
export interface Means {
  connection: Connection;
  session: ClientSession;
  self: ConnectionClient;
}

/** What came of an operation's attempts. */
export interface Tried {
  outcome: Outcome;
  failure?: Failure | undefined;
  result?: ToolResult;
  firstOutcome: Outcome;
  /** An attempt ended with its effect unknown. */
  maybeDone: boolean;
  attempts: number;
  /** When the first attempt was sent; null if none was. */
  sentUs: number | null;
  endUs: number;
  serviceUs: number | null;
  requestId: string | null;
  /** Of the last attempt. */
  transcript: Transcript | undefined;
}

export const untried = (): Tried => ({
  outcome: 'fail',
  firstOutcome: 'fail',
  maybeDone: false,
  attempts: 0,
  sentUs: null,
  endUs: 0,
  serviceUs: null,
  requestId: null,
  transcript: undefined,
});

/** Sends, and by the policy sends again: in a new session after an unknown one, or after an unknown outcome. */
export async function attempt(
  operation: { opId: string; client: string; step: CallStep },
  args: Record<string, unknown>,
  { connection, session, self }: Means,
  context: ClientContext,
  signal: StopSignal,
): Promise<Tried> {
  const { clock, policy } = context;
  const { opId, step } = operation;
  const tried = untried();
  let reinitialized = false;
  while (true) {
    const noSession = session.isOpen ? undefined : await session.ensure(signal);
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
    tried.transcript = answer.transcript;
    tried.outcome = answer.outcome;
    tried.failure = answer.outcome === 'ok' ? undefined : answer.failure;
    if (tried.attempts === 1) tried.firstOutcome = answer.outcome;
    tried.maybeDone ||= answer.outcome === 'info';
    if (answer.outcome === 'ok') {
      tried.result = answer.value;
      return tried;
    }
    const { failure, requestId } = answer;
    const unknownSession = failure.kind === 'unknown-session';
    context.evidence.keep(operation.client, answer, failure, unknownSession ? 'loss' : 'failure');
    if (unknownSession) {
      session.lose({ failure, requestId, opId, asked: `tools/call ${step.call}` });
    }
    const again = unknownSession
      ? policy.unknownSession === 'reinitialize' && !reinitialized
      : answer.outcome === 'info' && policy.unknownOutcome === 'retry';
    if (!again || signal.aborted || tried.attempts >= policy.maxAttempts) return tried;
    reinitialized ||= unknownSession;
    await self.turnAround(signal);
  }
}
