import type { StopSignal } from '../core/index.ts';
import { opIdKey } from '../record/index.ts';
import { exchange } from './exchange.ts';
import { statelessCalls } from './stateless-call.ts';
import { streamExchange } from './stream-exchange.ts';
import { breakOf, seeProgress, streamMeta, wasDropped } from './stream-parts.ts';
import { judgeExchange, toToolAnswer } from './tool-answer.ts';
import type {
  Answer,
  Connection,
  ConnectionClient,
  StreamCall,
  StreamWatch,
  ToolCall,
  ToolResult,
} from './types.ts';
import { statelessSubscription } from './wire-stateless-changes.ts';
import { roundsOf } from './wire-stateless-input.ts';
import { statelessTasks } from './wire-stateless-tasks.ts';
import { protocolMembersWith, type WireTarget } from './wire-target.ts';

const protocolMembers = protocolMembersWith({});

/**
 * A client of 2026-07-28: no handshake and no session; every request stands for itself. A request that is
 * given up is cancelled by closing its connection.
 * Source: specification 2026-07-28, basic/transports/streamable-http.
 */
export function statelessConnection(target: WireTarget, client: ConnectionClient): Connection {
  const requestOf = statelessCalls(target);
  let lastId = 0;

  const call = async (
    { tool, arguments: args, opId }: ToolCall,
    signal: StopSignal,
  ): Promise<Answer<ToolResult>> => {
    lastId += 1;
    const id = lastId;
    const requestId = client.nextRequestId();
    const ownMembers = `"${opIdKey}":${JSON.stringify(opId)}`;
    const request = requestOf({ id, requestId, tool, arguments: args, protocolMembers, ownMembers });
    const exchanged = await exchange(target.pool, request, signal);
    const answer = judgeExchange(exchanged, { id, requestId, inSession: false });
    return toToolAnswer(answer);
  };

  const stream = async (
    { tool, arguments: args, opId, stream: progressToken, idempotencyKey }: StreamCall,
    watch: StreamWatch,
    signal: StopSignal,
  ): Promise<Answer<ToolResult>> => {
    lastId += 1;
    const id = lastId;
    const requestId = client.nextRequestId();
    const ownMembers = JSON.stringify(streamMeta({ opId, stream: progressToken, idempotencyKey })).slice(
      1,
      -1,
    );
    const exchanged = await streamExchange(
      target.pool,
      requestOf({ id, requestId, tool, arguments: args, protocolMembers, ownMembers }),
      // There are no event ids in this revision; what a server sends all the same is of no use.
      { onEvent: (_event, message) => seeProgress(watch, message), onRetry: () => {} },
      signal,
    );
    const failure = breakOf(exchanged);
    if (failure) watch.onBreak({ requestId, failure, dropped: wasDropped(failure), lastEventId: null });
    return toToolAnswer(judgeExchange(exchanged, { id, requestId, inSession: false }));
  };

  const nextId = () => {
    lastId += 1;
    return lastId;
  };
  return {
    stream,
    callAnswering: roundsOf(target, client, nextId),
    subscribe: statelessSubscription(target, client, nextId),
    open: async () => ({ outcome: 'ok', value: { sessionId: null }, requestId: '' }),
    call,
    tasks: statelessTasks(target, client, nextId),
    close: async () => ({}),
  };
}
