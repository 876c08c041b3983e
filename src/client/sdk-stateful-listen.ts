import type { StopSignal } from '../core/index.ts';
import type { Message } from './event-stream.ts';
import { judgeActed } from './sdk-acted.ts';
import { endOf } from './sdk-listen-end.ts';
import type { SdkClient } from './sdk-target.ts';
import type { Witness } from './sdk-witness.ts';
import type { Answer, ListenEnd } from './types.ts';

interface Host {
  during: Witness['during'];
  inSession(): boolean;
  nextRequestId(): string;
  /** The client that is connected; undefined if there is no session. */
  sdk(): SdkClient | undefined;
  /** A client that listens is kept until it no longer does, even if another has taken its place. */
  keep<T>(client: SdkClient, act: () => Promise<T>): Promise<T>;
}

/**
 * The GET stream of a session of 2025-11-25, of an official client. It would open it by itself, once, right behind the handshake;
 * here it is opened when the journey listens, and again when it listens again, by the same code of the SDK (`resumeStream`).
 */
export function sdkSessionStream({ during, inSession, nextRequestId, sdk, keep }: Host) {
  const listen = async (
    onMessage: (message: Message) => void,
    signal: StopSignal,
    { onOpen = () => {}, requestId = nextRequestId() }: { onOpen?: () => void; requestId?: string } = {},
  ): Promise<ListenEnd> => {
    const client = sdk();
    if (client === undefined) {
      return { requestId, failure: { kind: 'not-sent', message: 'there is no session to listen in' } };
    }
    const ended = Promise.withResolvers<void>();
    const act = async (until: AbortSignal) => {
      until.addEventListener('abort', () => ended.resolve(), { once: true });
      await client.listening.open();
      await ended.promise;
    };
    const ways = {
      listening: { requestId, onOpen, onEnd: ended.resolve },
      onNotification: (message: Message) => void (signal.aborted || onMessage(message)),
    };
    const acted = await keep(client, () => during(signal, act, ways));
    return endOf(acted, { requestId, signal, inSession: inSession() });
  };

  /** `resources/subscribe`, in the form in which the wire client asks for it. */
  const ask = async (
    _method: string,
    { uri }: { uri?: string },
    signal: StopSignal,
  ): Promise<Answer<Record<string, unknown>>> => {
    const client = sdk();
    const acted = await during(signal, async (until) => client?.listening.subscribe(uri ?? '', until));
    return judgeActed(acted, (answer) => answer, { signal, inSession: inSession(), nextRequestId });
  };
  return { listen, ask };
}
