import type { StopSignal } from '../core/index.ts';
import { opIdKey } from '../record/index.ts';
import { outcomeOf, resultOf } from './input-parts.ts';
import { follow } from './sdk-follow.ts';
import {
  exchangedOf,
  type JsonRpcId,
  judgeError,
  okAnswer,
  type Reply,
  type Seen,
  told,
  type Ways,
} from './sdk-seen.ts';
import type { SdkClient } from './sdk-target.ts';
import type { Witness } from './sdk-witness.ts';
import { toToolResult } from './tool-answer.ts';
import type { Connection, InputWatch } from './types.ts';

interface Host {
  during: Witness['during'];
  inSession(): boolean;
  nextRequestId(): string;
  /** The client that is connected; undefined if there is no session. */
  sdk(): SdkClient | undefined;
}

/**
 * A call of 2025-11-25 whose server may ask on its stream, of an official client: its handler for `elicitation/create` is called,
 * and it sends the answer by a POST of its own, which is known by the id of the question.
 */
export function sdkAnsweringOf({ during, inSession, nextRequestId, sdk }: Host) {
  const callAnswering: NonNullable<Connection['callAnswering']> = async (call, watch, signal) => {
    const calling = sdk();
    using until = follow(signal);
    const { ways, answers } = answering(watch, signal, until.signal);
    const params = { name: call.tool, arguments: call.arguments, _meta: { [opIdKey]: call.opId } };
    const act = async (stop: AbortSignal) => {
      if (calling === undefined) throw new Error('there is no session to call in');
      return calling.call(params, stop);
    };
    const acted = await during(signal, act, ways);
    // A user who is still to answer does so, though the stream has broken meanwhile.
    await Promise.all(answers);
    const seen = acted.exchanges.at(-1);
    if ('value' in acted && seen) return okAnswer(toToolResult(acted.value), seen);
    const error = 'error' in acted ? acted.error : undefined;
    return judgeError(error, seen, { signal, inSession: inSession(), nextRequestId });
  };
  return callAnswering;
}

/** Shows `watch` what is asked and answered; each of `answers` settles when one was sent, or never will be. */
function answering(
  watch: InputWatch,
  signal: StopSignal,
  until: AbortSignal,
): { ways: Ways; answers: Promise<void>[] } {
  const answers: Promise<void>[] = [];
  /** By the question's id, which a server may use twice. */
  const toSend = new Map<JsonRpcId, Reply[]>();
  let rounds = 0;

  const sent = (id: JsonRpcId, round: number, gone: AbortSignal) =>
    new Promise<void>((resolve) => {
      const reply: Reply = {
        signal: until,
        onSent: (seen, refusal) => {
          watch.onAnswered({ round, requestId: seen.requestId, tampered: false, ...cameOf(seen, refusal) });
          resolve();
        },
      };
      const waiting = toSend.get(id) ?? [];
      toSend.set(id, [...waiting, reply]);
      // Once it is being sent, it is waited for.
      const stop = () => void (toSend.get(id)?.includes(reply) && resolve());
      for (const end of [until, gone]) {
        if (end.aborted) stop();
        else end.addEventListener('abort', stop, { once: true });
      }
    });

  const ways: Ways = {
    async onQuestion(id, { exchanges }, gone) {
      if (rounds >= watch.roundsMax) return undefined;
      rounds += 1;
      const round = rounds;
      const { promise, resolve } = Promise.withResolvers<void>();
      answers.push(promise);
      const requestId = exchanges.at(-1)?.requestId ?? '';
      const given = await watch.onAsked({ round, requestId, how: 'stream' }, signal);
      if (given === undefined) {
        resolve();
        return undefined;
      }
      resolve(sent(id, round, gone));
      return resultOf(given);
    },
    replyTo(id) {
      const [reply, ...rest] = toSend.get(id) ?? [];
      toSend.set(id, rest);
      return reply;
    },
  };
  return { ways, answers };
}

function cameOf(seen: Seen, refusal: string | undefined) {
  told(seen);
  const came = outcomeOf(exchangedOf(seen));
  // The SDK holds what the user enters to be no answer, and says so to the server.
  return refusal === undefined ? came : { ...came, failure: { kind: 'not-sent', message: refusal } as const };
}
