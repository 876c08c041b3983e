import type {
  Answer,
  Connection,
  ConnectionClient,
  ToolCall,
  ToolResult,
  Transcript,
} from '../client/index.ts';
import type { StopSignal } from '../core/index.ts';
import type { Failure, Outcome } from '../record/index.ts';
import type { CallStep } from '../scenario/index.ts';
import type { ClientSession } from './client-session.ts';
import type { ClientTasks } from './client-tasks.ts';
import type { ClientContext } from './types.ts';

/** What a client acts through. */
export interface Means {
  connection: Connection;
  session: ClientSession;
  self: ConnectionClient;
  /** If the journey has tasks. */
  tasks: ClientTasks | undefined;
}

/** What is attempted. */
export interface Attempted {
  opId: string;
  client: string;
  step: CallStep;
  /** Called when its server has acknowledged a task, for those who do not wait for its end. */
  onTask?: () => void;
}

/** What came of an operation's attempts; `T` is what its answer holds. */
export interface Tried<T = ToolResult> {
  outcome: Outcome;
  failure?: Failure | undefined;
  result?: T;
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
  /** The task it became; of several, the last. */
  taskId?: string;
}

export const untried = <T = ToolResult>(): Tried<T> => ({
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

/** Notes what an attempt that was sent at `startUs` was answered. */
export function answered<T>(tried: Tried<T>, answer: Answer<T>, startUs: number, endUs: number): void {
  tried.endUs = endUs;
  tried.serviceUs = endUs - startUs;
  tried.requestId = answer.requestId;
  tried.transcript = answer.transcript;
  tried.outcome = answer.outcome;
  tried.failure = answer.outcome === 'ok' ? undefined : answer.failure;
  if (tried.attempts === 1) tried.firstOutcome = answer.outcome;
  tried.maybeDone ||= answer.outcome === 'info';
  if (answer.outcome === 'ok') tried.result = answer.value;
}

/** How an attempt is sent: as a call, or as one that the server may make a task of. */
export type Send<T> = (
  connection: Connection,
  call: ToolCall,
  step: CallStep,
  signal: StopSignal,
) => Promise<Answer<T>>;

export const sendCall: Send<ToolResult> = (connection, call, _step, signal) => connection.call(call, signal);

/** Sends, and by the policy sends again: in a new session after an unknown one, or after an unknown outcome. */
export async function attempt<T>(
  operation: Attempted,
  args: Record<string, unknown>,
  { connection, session, self }: Pick<Means, 'connection' | 'session' | 'self'>,
  context: ClientContext,
  signal: StopSignal,
  send: Send<T>,
): Promise<Tried<T>> {
  const { clock, policy } = context;
  const { opId, step } = operation;
  const tried = untried<T>();
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
    const answer = await send(connection, { tool: step.call, arguments: args, opId }, step, signal);
    answered(tried, answer, startUs, clock.nowUs());
    if (answer.outcome === 'ok') return tried;
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
