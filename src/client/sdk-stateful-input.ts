import type { StopSignal } from '../core/index.ts';
import { opIdKey } from '../record/index.ts';
import { outcomeOf, resultOf, untaken } from './input-parts.ts';
import { type Acted, judgeCall } from './sdk-acted.ts';
import { follow } from './sdk-follow.ts';
import { exchangedOf, type JsonRpcId, type Reply, type Seen, told, type Ways } from './sdk-seen.ts';
import type { SdkClient } from './sdk-target.ts';
import type { Witness } from './sdk-witness.ts';
import type { Connection, InputWatch } from './types.ts';

interface Host {
  during: Witness['during'];
  inSession(): boolean;
  nextRequestId(): string;
  /** The client that is connected; undefined if there is no session. */
  sdk(): SdkClient | undefined;
}

/**
 * Lets an official client act while its server may ask on the stream of what it does (2025-11-25): its handler for
 * `elicitation/create` is called, and it sends the answer by a POST of its own, which is known by the id of the question.
 * @param isRepeatable it is asked again elsewhere if an answer is not taken, instead of waiting on.
 */
export async function actAsked<T>(
  during: Witness['during'],
  act: (signal: AbortSignal) => Promise<T>,
  { watch, signal, isRepeatable }: { watch: InputWatch; signal: StopSignal; isRepeatable: boolean },
): Promise<{ acted: Acted<T>; isUntaken: boolean }> {
  using until = follow(signal);
  const letGo = new AbortController();
  const seeing: InputWatch = {
    ...watch,
    onAnswered(answered) {
      watch.onAnswered(answered);
      if (isRepeatable && answered.failure !== undefined) letGo.abort(untaken.message);
    },
  };
  const { ways, answers } = answering(seeing, signal, until.signal);
  const acted = await during(signal, (stop) => act(AbortSignal.any([stop, letGo.signal])), ways);
  // A user who is still to answer does so, though the stream has broken meanwhile.
  await Promise.all(answers);
  return { acted, isUntaken: letGo.signal.aborted && !signal.aborted };
}

/** A call whose server may ask on its stream. */
export function sdkAnsweringOf({ during, inSession, nextRequestId, sdk }: Host) {
  const callAnswering: NonNullable<Connection['callAnswering']> = async (call, watch, signal) => {
    const calling = sdk();
    const params = { name: call.tool, arguments: call.arguments, _meta: { [opIdKey]: call.opId } };
    const act = async (stop: AbortSignal) => {
      if (calling === undefined) throw new Error('there is no session to call in');
      return calling.call(params, stop);
    };
    const { acted } = await actAsked(during, act, { watch, signal, isRepeatable: false });
    return judgeCall(acted, { signal, inSession: inSession(), nextRequestId });
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
  /** By the question's id; undefined while there is nothing to send, or nothing more. */
  const toSend = new Map<JsonRpcId, Reply | undefined>();
  const { answerMs } = watch;
  let rounds = 0;

  const sent = (id: JsonRpcId, round: number, gone: AbortSignal) =>
    new Promise<void>((resolve) => {
      const reply: Reply = {
        signal: answerMs === undefined ? until : AbortSignal.any([until, AbortSignal.timeout(answerMs)]),
        onSent: (seen, refusal) => {
          watch.onAnswered({ round, requestId: seen.requestId, tampered: false, ...cameOf(seen, refusal) });
          resolve();
        },
      };
      toSend.set(id, reply);
      // Once it is being sent, it is waited for.
      const stop = () => void (toSend.get(id) === reply && resolve());
      for (const end of [until, gone]) {
        if (end.aborted) stop();
        else end.addEventListener('abort', stop, { once: true });
      }
    });

  const ways: Ways = {
    async onQuestion(id, { exchanges }, gone) {
      // Each question once, however often its id comes.
      if (toSend.has(id) || rounds >= watch.roundsMax) return undefined;
      toSend.set(id, undefined);
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
      const reply = toSend.get(id);
      if (reply) toSend.set(id, undefined);
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
