import { StopSource } from '../core/index.ts';
import { uriOfTopic } from '../record/index.ts';
import { isHonoured, seeChange } from './changes.ts';
import { listenTo, type Message } from './event-stream.ts';
import { listenFailure } from './listen.ts';
import type { Connection, ConnectionClient } from './types.ts';
import {
  headOf,
  protocolMembersWith,
  requestIdHeader,
  statelessRevision,
  type WireTarget,
} from './wire-target.ts';

const protocolMembers = protocolMembersWith({});
const protocolHead = `mcp-protocol-version: ${statelessRevision}\r\nmcp-method: subscriptions/listen\r\n`;

/**
 * Changes in 2026-07-28: one request that names what is of interest, whose answer is the stream.
 * Source: specification 2026-07-28, basic/patterns/subscriptions.
 */
export function statelessSubscription(
  target: WireTarget,
  client: ConnectionClient,
  nextId: () => number,
): NonNullable<Connection['subscribe']> {
  const fixed = headOf(target, 'POST');
  return async (topics, watch, signal) => {
    const id = nextId();
    const requestId = client.nextRequestId();
    const notifications = {
      resourcesListChanged: true,
      resourceSubscriptions: topics.map((t) => uriOfTopic(t)),
    };
    const request = {
      method: 'POST',
      path: target.path,
      head: `${fixed}${protocolHead}${requestIdHeader}: ${requestId}\r\n`,
      body: `{"jsonrpc":"2.0","id":${id},"method":"subscriptions/listen","params":{"notifications":${JSON.stringify(notifications)},"_meta":{${protocolMembers}}}}`,
      id,
      protocolBytes: protocolHead.length + protocolMembers.length,
    } as const;
    const stop = new StopSource();
    const onStop = () => stop.abort(signal.reason);
    if (signal.aborted) onStop();
    else signal.addEventListener('abort', onStop);
    let isRefused = false;
    const take = (message: Message) => {
      if (message.method !== 'notifications/subscriptions/acknowledged') {
        seeChange(watch, message);
        return;
      }
      isRefused = !isHonoured(message, topics);
      if (isRefused) stop.abort();
      else watch.onListening(requestId);
    };
    const listened = await listenTo(target.pool, request, take, stop);
    signal.removeEventListener('abort', onStop);
    if (isRefused) {
      const message = 'the server acknowledges less than was asked for';
      return { requestId, failure: { kind: 'rejected', message } };
    }
    const failure = listenFailure(listened, { id, requestId, inSession: false });
    const transcript = typeof listened === 'object' ? listened.transcript : undefined;
    return { requestId, failure, transcript };
  };
}
