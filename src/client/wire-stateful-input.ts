import type { StopSignal } from '../core/index.ts';
import { opIdKey } from '../record/index.ts';
import type { Exchanged } from './exchange.ts';
import { outcomeOf, resultOf } from './input-parts.ts';
import { type StreamMessage, streamExchange } from './stream-exchange.ts';
import { judgeExchange, toToolAnswer } from './tool-answer.ts';
import type { Answer, ConnectionClient, InputWatch, ToolCall, ToolResult } from './types.ts';
import { headOf, requestIdHeader, type WireTarget } from './wire-target.ts';

/** What a call that may be asked something needs of the connection it belongs to. */
interface Owner {
  target: WireTarget;
  client: ConnectionClient;
  session(): { id: string | null; head: string };
  nextId(): number;
  cancel(id: number): void;
  /** A message that has no response. */
  post(message: object, requestId: string, signal: StopSignal): Promise<Exchanged>;
}

/**
 * A call of 2025-11-25 whose server may ask on its stream: `elicitation/create`, a request of the server's, which is answered by a
 * POST of its own. It finds the call only if it reaches the same process.
 * Source: specification 2025-11-25, client/elicitation; basic/transports, "Sending Messages to the Server".
 */
export function answeringOf({ target, client, session, nextId, cancel, post }: Owner) {
  const fixed = headOf(target, 'POST');

  return async (
    { tool, arguments: args, opId }: ToolCall,
    watch: InputWatch,
    signal: StopSignal,
  ): Promise<Answer<ToolResult>> => {
    const id = nextId();
    const requestId = client.nextRequestId();
    const { head: sessionHead, id: sessionId } = session();
    const answers: Promise<void>[] = [];
    let rounds = 0;

    const answer = async (asked: string | number, round: number) => {
      const given = await watch.onAsked({ round, requestId, how: 'stream' }, signal);
      if (given === undefined) return;
      const carrier = client.nextRequestId();
      const exchanged = await post({ jsonrpc: '2.0', id: asked, result: resultOf(given) }, carrier, signal);
      watch.onAnswered({ round, requestId: carrier, tampered: false, ...outcomeOf(exchanged) });
    };

    const exchanged = await streamExchange(
      target.pool,
      {
        method: 'POST',
        path: target.path,
        head: `${fixed}${sessionHead}${requestIdHeader}: ${requestId}\r\n`,
        body: JSON.stringify({
          ...{ jsonrpc: '2.0', id, method: 'tools/call' },
          params: { name: tool, arguments: args, _meta: { [opIdKey]: opId } },
        }),
        id,
        protocolBytes: sessionHead.length,
      },
      {
        onEvent(_event, message) {
          const asked = questionIn(message);
          if (asked === undefined || rounds >= watch.roundsMax) return false;
          rounds += 1;
          answers.push(answer(asked, rounds));
          return false;
        },
        onRetry: () => {},
      },
      signal,
    );
    if ('failure' in exchanged && exchanged.sent && signal.aborted) cancel(id);
    // A user who is still to answer does so, though the stream has broken meanwhile.
    await Promise.all(answers);
    return toToolAnswer(judgeExchange(exchanged, { id, requestId, inSession: sessionId !== null }));
  };
}

/** The id of the server's request, if the message is one for a form. */
function questionIn(message: StreamMessage | undefined): string | number | undefined {
  if (message?.method !== 'elicitation/create') return undefined;
  const { id } = message;
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
}
