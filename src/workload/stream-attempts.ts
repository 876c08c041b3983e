import type { Answer, StreamCall, ToolResult } from '../client/index.ts';
import { HarnessError, type StopSignal } from '../core/index.ts';
import type { StreamEvent } from '../record/index.ts';
import type { CallStep } from '../scenario/index.ts';
import { answered, type Means, type Tried, untried } from './attempts.ts';
import { streamAccount } from './stream-account.ts';
import type { ClientContext } from './types.ts';

/**
 * Carries out a call whose stream is accounted for. What happens when it breaks, the step says (`onBreak`), not the policy for
 * unknown outcomes; a session that is unknown is replaced by the policy for those, and the call sent again in the new one.
 */
export async function attemptStream(
  operation: { opId: string; client: string; step: CallStep },
  args: Record<string, unknown>,
  { connection, session, self }: Means,
  context: ClientContext,
  signal: StopSignal,
): Promise<Tried> {
  const { clock, policy } = context;
  const { opId, client, step } = operation;
  const { stream } = connection;
  const options = step.stream;
  const tried = untried();
  if (stream === undefined || options === undefined)
    throw new HarnessError('internal', 'this client accounts for no streams');
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
    const call: StreamCall = {
      tool: step.call,
      arguments: args,
      opId,
      stream: `${opId}/${tried.attempts}`,
      idempotencyKey: options.idempotencyKey ? opId : undefined,
    };
    const isLast = options.onBreak === 'give-up' || tried.attempts >= policy.maxAttempts;
    const account = streamAccount(
      {
        client,
        opId,
        stream: call.stream,
        resumes: options.onBreak === 'resume',
        sentUs: startUs,
        keyed: options.idempotencyKey,
        dropAfter: tried.attempts === 1 ? options.dropAfter : undefined,
        nowUs: () => clock.nowUs(),
        write: (event) => context.events.write(event),
      },
      isLast ? 'give-up' : 'again',
    );
    const answer = await stream(call, account.watch, signal);
    account.end(endOf(answer, account.isBroken), answer.requestId);
    answered(tried, answer, startUs, clock.nowUs());
    if (answer.outcome === 'ok') return tried;
    const { failure, requestId } = answer;
    const unknownSession = failure.kind === 'unknown-session';
    context.evidence.keep(client, answer, failure, unknownSession ? 'loss' : 'failure');
    if (unknownSession) session.lose({ failure, requestId, opId, asked: `tools/call ${step.call}` });
    const again = unknownSession ? policy.unknownSession === 'reinitialize' : account.isBroken;
    if (!again || isLast || signal.aborted) return tried;
    await self.turnAround(signal);
  }
}

function endOf(
  answer: Answer<ToolResult>,
  isBroken: boolean,
): Extract<StreamEvent, { type: 'stream-ended' }>['how'] {
  if (answer.outcome === 'ok') return 'answered';
  const { kind } = answer.failure;
  if (kind === 'timeout' || kind === 'interrupted') return 'timeout';
  return isBroken ? 'broken' : 'refused';
}
