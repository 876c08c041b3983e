import type { StopSignal } from '../core/index.ts';
import { opIdKey } from '../record/index.ts';
import {
  type AskedFor,
  altered,
  askedIn,
  askedTooOften,
  asksForms,
  malformed,
  resultOf,
  unanswered,
} from './input-parts.ts';
import type { Acted } from './sdk-acted.ts';
import { type Act, judgeError, judgeSeen, notAccepted, okAnswer, type Seen, type Ways } from './sdk-seen.ts';
import type { SdkClient } from './sdk-target.ts';
import type { Witness } from './sdk-witness.ts';
import { toToolResult } from './tool-answer.ts';
import type { Answer, Connection, InputAnswer, InputWatch, ToolResult } from './types.ts';

interface Host {
  during: Witness['during'];
  nextRequestId(): string;
  sdk(): Promise<SdkClient>;
}

/** And nothing else that the client declares where it does not say. */
const declares = { 'io.modelcontextprotocol/clientCapabilities': asksForms };

/**
 * A call of 2026-07-28 whose server may end it with a question, of an official client: it calls its handler for each question and
 * then calls again by itself (`inputRequired.autoFulfill`), so that all of it is one act of several exchanges, one a round.
 */
export function sdkRoundsOf({ during, nextRequestId, sdk }: Host) {
  const callAnswering: NonNullable<Connection['callAnswering']> = async (call, watch, signal) => {
    const client = await sdk();
    const { ways, finish } = rounds(watch, signal);
    const params = {
      name: call.tool,
      arguments: call.arguments,
      _meta: { [opIdKey]: call.opId, ...declares },
    };
    const acted = await during(signal, (until) => client.call(params, until), ways);
    const answer = judge(acted, watch, { signal, nextRequestId });
    finish(acted.exchanges);
    return answer;
  };
  return callAnswering;
}

/** A question that the user has answered, or is about to. */
interface Round {
  /** Of the exchange that asked, from 1. */
  number: number;
  asked: AskedFor;
  given: InputAnswer | undefined;
  answer: Promise<InputAnswer | undefined>;
}

/** Shows `watch` each round once, however many questions it has. */
function rounds(
  watch: InputWatch,
  signal: StopSignal,
): { ways: Ways; finish(exchanges: readonly Seen[]): void } {
  let last: Round | undefined;

  /** Tells what came of the last answer, which the exchange behind the question carried. */
  const finish = (exchanges: readonly Seen[]) => {
    const carrier = last && exchanges[last.number];
    if (last?.given === undefined || carrier === undefined) return;
    const { number: round, asked, given } = last;
    last = undefined;
    const came = judgeSeen(carrier, false, { orInput: true });
    watch.onAnswered({
      round,
      requestId: carrier.requestId,
      tampered: given.tamper && asked.state !== undefined,
      status: carrier.transcript.status ?? null,
      failure: came.outcome === 'ok' ? undefined : came.failure,
    });
  };

  const begin = ({ exchanges }: Act): Round => {
    const number = exchanges.length;
    if (last?.number === number) return last;
    finish(exchanges);
    const asking = exchanges[number - 1];
    const asked = askedIn((asking?.message?.result ?? {}) as Record<string, unknown>);
    if ('wrong' in asked) throw new Error(asked.wrong);
    if (number > watch.roundsMax) throw new Error(askedTooOften(watch.roundsMax));
    const requestId = asking?.requestId ?? '';
    const answer = watch.onAsked({ round: number, requestId, how: 'result' }, signal);
    const round: Round = { number, asked, given: undefined, answer };
    last = round;
    return round;
  };

  const ways: Ways = {
    async onQuestion(_key, act) {
      const round = begin(act);
      round.given = await round.answer;
      return round.given && resultOf(round.given);
    },
    // An official client gives the state back as it is.
    alter({ params }) {
      if (!last?.given?.tamper || typeof params?.requestState !== 'string') return;
      params.requestState = altered(params.requestState);
    },
  };
  return { ways, finish };
}

function judge(
  acted: Acted<Record<string, unknown>>,
  { roundsMax }: InputWatch,
  { signal, nextRequestId }: { signal: StopSignal; nextRequestId: () => string },
): Answer<ToolResult> {
  const seen = acted.exchanges.at(-1);
  if ('value' in acted && seen) return okAnswer(toToolResult(acted.value), seen);
  const error = 'error' in acted ? acted.error : undefined;
  const answer = seen && judgeSeen(seen, false, { orInput: true });
  if (seen === undefined || answer?.outcome !== 'ok' || answer.value.resultType !== 'input_required') {
    return judgeError(error, seen, { signal, inSession: false, nextRequestId });
  }
  const asked = askedIn(answer.value);
  if ('wrong' in asked) return malformed(asked.wrong, answer);
  if (acted.exchanges.length > roundsMax) return malformed(askedTooOften(roundsMax), answer);
  return signal.aborted ? unanswered(answer) : notAccepted(error, seen);
}
