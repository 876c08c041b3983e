import { opIdKey } from '../record/index.ts';
import { judgeCall } from './sdk-acted.ts';
import { sdkRoundsOf } from './sdk-stateless-input.ts';
import { sdkSubscriptions } from './sdk-stateless-listen.ts';
import { sdkStreamOf } from './sdk-stream.ts';
import type { NewSdkClient, SdkTarget } from './sdk-target.ts';
import { sdkTasks } from './sdk-tasks.ts';
import { witness } from './sdk-witness.ts';
import type { Connection, ConnectionClient } from './types.ts';

/** An SDK declares what it can be asked for with every request; here that is declared where it answers, and nowhere else. */
const plain = { 'io.modelcontextprotocol/clientCapabilities': {} };

/** A client of 2026-07-28 that is an official one: one SDK client, which opens nothing on the wire. */
export function sdkStatelessConnection(
  newSdkClient: NewSdkClient,
  target: SdkTarget,
  client: ConnectionClient,
): Connection {
  const { fetch, during, onQuestion, onNotification } = witness(target, client);
  const sdk = newSdkClient(target.url, fetch, {
    onQuestion: client.answers ? onQuestion : undefined,
    onNotification,
  });
  const connected = sdk.connect(new AbortController().signal);
  const nextRequestId = () => client.nextRequestId();
  const opened = async () => {
    await connected;
    return sdk;
  };
  const { subscribe, listenForTasks } = sdkSubscriptions({ during, nextRequestId, sdk: opened });
  return {
    open: async () => ({ outcome: 'ok', value: { sessionId: null }, requestId: '' }),
    call: async ({ tool, arguments: args, opId }, signal) => {
      await connected;
      const params = { name: tool, arguments: args, _meta: { [opIdKey]: opId, ...plain } };
      const acted = await during(signal, (until) => sdk.call(params, until));
      return judgeCall(acted, { signal, inSession: false, nextRequestId });
    },
    tasks: sdkTasks({
      during,
      inSession: () => false,
      nextRequestId,
      protocol: '2026-07-28',
      sdk: opened,
      listen: listenForTasks,
    }),
    stream: sdkStreamOf({
      ...{ during, inSession: () => false, nextRequestId, protocol: '2026-07-28', sdk: opened, meta: plain },
    }),
    subscribe,
    callAnswering: sdkRoundsOf({ during, nextRequestId, sdk: opened }),
    close: async () => {
      await sdk.close();
      return {};
    },
  };
}
