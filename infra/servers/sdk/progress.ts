import { type LedgerSink, opIdKey } from '../../../src/record/index.ts';

interface ProgressNotification {
  method: 'notifications/progress';
  params: { progressToken: string | number; progress: number; total: number };
}

/**
 * Tells the client of each step of a call, if it has a progress token, and the ledger once it was sent: it stands in the
 * event store by then, and was written to the stream if somebody reads it.
 * @param isStreamed whether the answer is a stream; on none, nothing can be sent before the result.
 */
export function progressOf(
  meta: Readonly<Record<string, unknown>> | undefined,
  { ledger, isStreamed }: { ledger: LedgerSink | undefined; isStreamed: boolean },
  send: (notification: ProgressNotification) => Promise<void>,
): ((progress: number, total: number) => Promise<void>) | undefined {
  const progressToken = meta?.progressToken;
  if (!isStreamed || (typeof progressToken !== 'string' && typeof progressToken !== 'number'))
    return undefined;
  const opId = meta?.[opIdKey];
  return async (progress, total) => {
    try {
      await send({ method: 'notifications/progress', params: { progressToken, progress, total } });
    } catch {
      // Nobody is there to be told: the client has closed the stream. That is no reason to fail.
      return;
    }
    if (typeof opId !== 'string') return;
    ledger?.write({ event: 'emitted', opId, stream: String(progressToken), number: progress });
  };
}
