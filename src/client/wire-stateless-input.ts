import type { StopSignal } from '../core/index.ts';
import { opIdKey } from '../record/index.ts';
import { exchange } from './exchange.ts';
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
import { statelessCalls } from './stateless-call.ts';
import { judgeExchange, toToolAnswer } from './tool-answer.ts';
import type { Answer, ConnectionClient, InputAnswer, InputWatch, ToolCall, ToolResult } from './types.ts';
import { protocolMembersWith, type WireTarget } from './wire-target.ts';

/** What a client can be asked for is declared where it answers, and nowhere else. */
const protocolMembers = protocolMembersWith(asksForms);

/**
 * A call of 2026-07-28 whose server may end it with a question (`input_required`): the client calls again, with the answers and with
 * the state that it was given. Any replica that can read the state goes on.
 * Source: specification 2026-07-28, basic/patterns/mrtr; SEP-2322.
 */
export function roundsOf(target: WireTarget, client: ConnectionClient, nextId: () => number) {
  const requestOf = statelessCalls(target);

  const send = async ({ tool, arguments: args, opId }: ToolCall, more: string, signal: StopSignal) => {
    const id = nextId();
    const requestId = client.nextRequestId();
    const ownMembers = `"${opIdKey}":${JSON.stringify(opId)}`;
    const request = requestOf({ id, requestId, tool, arguments: args, protocolMembers, ownMembers, more });
    const exchanged = await exchange(target.pool, request, signal);
    return judgeExchange(exchanged, { id, requestId, inSession: false, orInput: true });
  };

  return async (call: ToolCall, watch: InputWatch, signal: StopSignal): Promise<Answer<ToolResult>> => {
    let answer = await send(call, '', signal);
    for (let round = 1; answer.outcome === 'ok' && answer.value.resultType === 'input_required'; round++) {
      const { requestId } = answer;
      const asked = askedIn(answer.value);
      if ('wrong' in asked) return malformed(asked.wrong, answer);
      if (round > watch.roundsMax) return malformed(askedTooOften(watch.roundsMax), answer);
      if (asked.keys.length === 0) {
        // The server only wants to be called again.
        answer = await send(call, againWith(asked, undefined), signal);
        continue;
      }
      const given = await watch.onAsked({ round, requestId, how: 'result' }, signal);
      if (given === undefined) return unanswered(answer);
      answer = await send(call, againWith(asked, given), signal);
      watch.onAnswered({
        round,
        requestId: answer.requestId,
        tampered: given.tamper && asked.state !== undefined,
        status: answer.transcript?.status ?? null,
        failure: answer.outcome === 'ok' ? undefined : answer.failure,
      });
    }
    return toToolAnswer(answer);
  };
}

/** The members of the params of the next round; the same answer to each question. */
function againWith({ keys, state }: AskedFor, given: InputAnswer | undefined): string {
  const response = given && resultOf(given);
  const responses = response && Object.fromEntries(keys.map((key) => [key, response]));
  const carried = state !== undefined && given?.tamper ? altered(state) : state;
  const members = {
    ...(responses && { inputResponses: responses }),
    ...(carried !== undefined && { requestState: carried }),
  };
  const text = JSON.stringify(members).slice(1, -1);
  return text === '' ? '' : `,${text}`;
}
