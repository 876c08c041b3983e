import { opIdKey } from '../record/index.ts';
import { judgeError, okAnswer } from './sdk-seen.ts';
import type { NewSdkClient, SdkTarget } from './sdk-target.ts';
import { sdkTasks } from './sdk-tasks.ts';
import { witness } from './sdk-witness.ts';
import { toToolResult } from './tool-answer.ts';
import type { Connection, ConnectionClient } from './types.ts';

/** A client of 2026-07-28 that is an official one: one SDK client, which opens nothing on the wire. */
export function sdkStatelessConnection(
  newSdkClient: NewSdkClient,
  target: SdkTarget,
  client: ConnectionClient,
): Connection {
  const { fetch, during } = witness(target, client);
  const sdk = newSdkClient(target.url, fetch);
  const connected = sdk.connect(new AbortController().signal);
  return {
    open: async () => ({ outcome: 'ok', value: { sessionId: null }, requestId: '' }),
    call: async ({ tool, arguments: args, opId }, signal) => {
      await connected;
      const params = { name: tool, arguments: args, _meta: { [opIdKey]: opId } };
      const acted = await during(signal, (until) => sdk.call(params, until));
      const seen = acted.exchanges.at(-1);
      if ('value' in acted && seen) return okAnswer(toToolResult(acted.value), seen);
      const error = 'error' in acted ? acted.error : undefined;
      const nextRequestId = () => client.nextRequestId();
      return judgeError(error, seen, { signal, inSession: false, nextRequestId });
    },
    tasks: sdkTasks({
      during,
      inSession: () => false,
      nextRequestId: () => client.nextRequestId(),
      protocol: '2026-07-28',
      sdk: async () => {
        await connected;
        return sdk;
      },
    }),
    close: async () => {
      await sdk.close();
      return {};
    },
  };
}
