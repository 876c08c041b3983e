import { jsonText, negotiable, type StopSignal } from '../core/index.ts';
import { opIdKey } from '../record/index.ts';
import type { Message } from './event-stream.ts';
import { headerOf } from './http/index.ts';
import { type Acted, judgeCall } from './sdk-acted.ts';
import { judgeError, judgeSeen } from './sdk-seen.ts';
import { sdkAnsweringOf } from './sdk-stateful-input.ts';
import { sdkSessionStream } from './sdk-stateful-listen.ts';
import { sdkStreamOf } from './sdk-stream.ts';
import type { NewSdkClient, SdkClient, SdkTarget } from './sdk-target.ts';
import { sdkTasks } from './sdk-tasks.ts';
import { witness } from './sdk-witness.ts';
import type { Answer, Connection, ConnectionClient, SessionOpened } from './types.ts';
import { subscriptionOf } from './wire-stateful-changes.ts';

/** A client of 2025-11-25 that is an official one: each session is an SDK client of its own. */
export function sdkStatefulConnection(
  newSdkClient: NewSdkClient,
  target: SdkTarget,
  client: ConnectionClient,
): Connection {
  const { fetch, during, onQuestion, onNotification } = witness(target, client);
  const handlers = { onQuestion: client.answers ? onQuestion : undefined, onNotification };
  let sdk: SdkClient | undefined;
  /** By how often; they may listen in a session that another has taken the place of. */
  const listeners = new Map<SdkClient, number>();
  let sessionId: string | null = null;
  const nextRequestId = () => client.nextRequestId();

  const open: Connection['open'] = async (signal) => {
    const former = sdk;
    sdk = undefined;
    await letGo(former);
    sessionId = null;
    const opening = newSdkClient(target.url, fetch, handlers);
    sdk = opening;
    return opened(await during(signal, (until) => opening.connect(until)), signal);
  };

  const opened = (acted: Acted<void>, signal: StopSignal): Answer<SessionOpened> => {
    const [initialize, initialized] = acted.exchanges;
    const answer = initialize && judgeSeen(initialize, false);
    if (answer?.outcome === 'ok' && !negotiable.includes(String(answer.value.protocolVersion))) {
      const { value, requestId, transcript } = answer;
      const message = `the server speaks ${jsonText(value.protocolVersion, 100)}, not ${negotiable.join(', ')}`;
      return { outcome: 'fail', failure: { kind: 'rejected', message }, requestId, transcript };
    }
    if ('error' in acted || initialize === undefined) {
      const error = 'error' in acted ? acted.error : undefined;
      return judgeError(error, initialize, { signal, inSession: false, nextRequestId });
    }
    const head = initialize.answer?.head;
    sessionId = (head && headerOf(head, 'mcp-session-id')) ?? null;
    const value: SessionOpened = { sessionId };
    const followUp = initialized && judgeSeen(initialized, sessionId !== null);
    if (followUp && followUp.outcome !== 'ok' && followUp.failure.kind === 'unknown-session') {
      const { failure, requestId, transcript } = followUp;
      value.lost = { failure, requestId, transcript };
    }
    // Without `transcript`, as with the wire client: nothing went wrong with `initialize`.
    return { outcome: 'ok', value, requestId: initialize.requestId };
  };

  const call: Connection['call'] = async ({ tool, arguments: args, opId }, signal) => {
    const calling = sdk;
    const params = { name: tool, arguments: args, _meta: { [opIdKey]: opId } };
    const acted = await during(signal, async (until) => {
      if (calling === undefined) throw new Error('there is no session to call in');
      return calling.call(params, until);
    });
    return judgeCall(acted, { signal, inSession: sessionId !== null, nextRequestId });
  };

  const close: Connection['close'] = async (signal) => {
    const closing = sdk;
    sdk = undefined;
    if (closing === undefined) return {};
    const { exchanges } = await during(signal, () => closing.terminate());
    await letGo(closing);
    sessionId = null;
    const status = exchanges.at(-1)?.transcript.status;
    return status === undefined ? {} : { status };
  };

  /** Closes a client that is no longer needed, unless it still listens. */
  const letGo = async (client: SdkClient | undefined) => {
    if (client !== undefined && client !== sdk && !listeners.has(client)) await client.close();
  };

  const keep = async <T>(listening: SdkClient, act: () => Promise<T>): Promise<T> => {
    listeners.set(listening, (listeners.get(listening) ?? 0) + 1);
    try {
      return await act();
    } finally {
      const others = (listeners.get(listening) ?? 1) - 1;
      if (others > 0) listeners.set(listening, others);
      else listeners.delete(listening);
      await letGo(listening);
    }
  };

  const host = { during, inSession: () => sessionId !== null, nextRequestId, sdk: () => sdk };
  const notifications = sdkSessionStream({ ...host, keep });
  const listen = (_taskIds: readonly string[], onMessage: (message: Message) => void, signal: StopSignal) =>
    notifications.listen(onMessage, signal);
  return {
    open,
    call,
    callAnswering: sdkAnsweringOf(host),
    stream: sdkStreamOf({ ...host, protocol: '2025-11-25', sdk: async () => sdk, meta: {} }),
    subscribe: subscriptionOf({ ...notifications, nextRequestId }),
    tasks: sdkTasks({ ...host, protocol: '2025-11-25', sdk: async () => sdk, listen }),
    close,
  };
}
