import { type StopSignal, TimeLimit } from '../core/index.ts';
import { exchange } from './exchange.ts';
import { outcomeOf, relatedTask, resultOf, untaken } from './input-parts.ts';
import { type StreamMessage, streamExchange } from './stream-exchange.ts';
import { judgeExchange } from './tool-answer.ts';
import type { Answer, ConnectionClient, InputWatch } from './types.ts';
import { headOf, requestIdHeader, type WireTarget } from './wire-target.ts';

/** What a request that may be asked something needs of the connection it belongs to. */
interface Owner {
  target: WireTarget;
  client: ConnectionClient;
  session(): { id: string | null; head: string };
  nextId(): number;
  cancel(id: number, reason?: string): void;
}

/** A request on whose stream its server may ask. */
interface AskableRequest {
  method: string;
  params: object;
  /** It can be made again, and is asked again then: so it ends with an answer that was not taken, instead of waiting on. */
  isRepeatable?: boolean;
}

interface Question {
  id: string | number;
  /** To which task it belongs, if it does. */
  related: unknown;
}

/**
 * A request of 2025-11-25 whose server may ask on its stream: `elicitation/create`, a request of the server's, which is answered by a
 * POST of its own, in the session in which it was asked. It finds a call only if it reaches the same process. Each question is
 * answered once, however often its id comes on the stream; the same on another stream is another question.
 * Source: specification 2025-11-25, client/elicitation; basic/utilities/tasks, "Input Required Status" and "Associating Task-Related
 * Messages"; basic/transports, "Sending Messages to the Server".
 */
export function answeringOf({ target, client, session, nextId, cancel }: Owner) {
  const fixed = headOf(target, 'POST');

  return async (
    { method, params, isRepeatable = false }: AskableRequest,
    watch: InputWatch,
    signal: StopSignal,
  ): Promise<Answer<Record<string, unknown>>> => {
    const id = nextId();
    const requestId = client.nextRequestId();
    const { head: sessionHead, id: sessionId } = session();
    const headFor = (exchangeId: string) => `${fixed}${sessionHead}${requestIdHeader}: ${exchangeId}\r\n`;
    const wire = { method: 'POST', path: target.path, protocolBytes: sessionHead.length } as const;
    const asked = new Set<string | number>();
    const answers: Promise<void>[] = [];
    using until = new TimeLimit(signal, Number.POSITIVE_INFINITY);
    let isUntaken = false;

    const answer = async (question: Question, round: number) => {
      const given = await watch.onAsked({ round, requestId, how: 'stream' }, signal);
      if (given === undefined) return;
      const carrier = client.nextRequestId();
      const body = JSON.stringify({
        jsonrpc: '2.0',
        id: question.id,
        result: resultOf(given, question.related),
      });
      using limit = new TimeLimit(signal, watch.answerMs ?? Number.POSITIVE_INFINITY);
      const posted = { ...wire, head: headFor(carrier), body, id: null };
      const outcome = outcomeOf(await exchange(target.pool, posted, limit));
      watch.onAnswered({ round, requestId: carrier, tampered: false, ...outcome });
      if (outcome.failure === undefined || !isRepeatable) return;
      isUntaken = true;
      until.abort();
    };

    const body = JSON.stringify({ jsonrpc: '2.0', id, method, params });
    const exchanged = await streamExchange(
      target.pool,
      { ...wire, head: headFor(requestId), body, id },
      {
        onEvent(_event, message) {
          const question = questionIn(message);
          if (question === undefined || asked.has(question.id) || asked.size >= watch.roundsMax) return false;
          asked.add(question.id);
          answers.push(answer(question, asked.size));
          return false;
        },
        onRetry: () => {},
      },
      until,
    );
    const letGo = isUntaken && !signal.aborted;
    if ('failure' in exchanged && exchanged.sent && until.aborted)
      cancel(id, letGo ? untaken.message : undefined);
    // A user who is still to answer does so, though the stream has broken meanwhile.
    await Promise.all(answers);
    const known = letGo && 'failure' in exchanged ? { ...exchanged, failure: untaken } : exchanged;
    return judgeExchange(known, { id, requestId, inSession: sessionId !== null });
  };
}

/** The server's request, if the message is one for a form. */
function questionIn(message: StreamMessage | undefined): Question | undefined {
  if (message?.method !== 'elicitation/create') return undefined;
  const { id, params } = message;
  if (typeof id !== 'string' && typeof id !== 'number') return undefined;
  return { id, related: relatedTask(params) };
}
