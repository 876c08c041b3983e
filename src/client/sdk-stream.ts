import type { ProtocolRevision } from '../record/index.ts';
import { judgeCall } from './sdk-acted.ts';
import { exchangedOf, noteFailure, type Seen, type SeenStreaming, told } from './sdk-seen.ts';
import type { SdkClient } from './sdk-target.ts';
import type { Witness } from './sdk-witness.ts';
import { breakOf, seeProgress, streamMeta, wasDropped } from './stream-parts.ts';
import type { Connection, StreamWatch } from './types.ts';
import { isEventId, outcomeOf, uncertain } from './wire-stateful-stream.ts';

interface Host {
  during: Witness['during'];
  inSession(): boolean;
  nextRequestId(): string;
  protocol: ProtocolRevision;
  sdk(): Promise<SdkClient | undefined>;
  /** Of every call's `_meta`, for the protocol's sake. */
  meta: Readonly<Record<string, unknown>>;
}

/**
 * A call with a stream, of an official client. It is given no handler for progress, which would have it choose the token and drop
 * what has another: events are seen beneath it, as they come. That a stream is resumed (2025-11-25) is its own doing.
 */
export function sdkStreamOf({ during, inSession, nextRequestId, protocol, sdk, meta }: Host) {
  const stream: NonNullable<Connection['stream']> = async (call, watch, signal) => {
    const client = await sdk();
    const params = {
      name: call.tool,
      arguments: call.arguments,
      _meta: { ...meta, ...streamMeta(call) },
    };
    const streaming = watched(watch, protocol === '2025-11-25');
    const acted = await during(
      signal,
      async (until) => {
        if (client === undefined) throw new Error('there is no session to call in');
        return client.call(params, until);
      },
      { streaming },
    );
    const seen = acted.exchanges.at(-1);
    if (seen && signal.aborted) {
      // The SDK settles at once; what it was waiting for fails a moment later.
      if (seen.message === undefined) noteFailure(seen, undefined, signal);
      streaming.onOver(seen);
    }
    const answer = judgeCall(acted, { signal, inSession: inSession(), nextRequestId });
    return answer.outcome !== 'ok' && acted.exchanges.length > 1 ? uncertain(answer) : answer;
  };
  return stream;
}

/** Shows `watch` what comes, and what breaks. */
function watched(watch: StreamWatch, canResume: boolean): SeenStreaming {
  const over = new Set<Seen>();
  let lastEventId: string | null = null;
  const streaming: SeenStreaming = {
    wantsRest: false,
    onEvent(event, message) {
      if (canResume && event.id !== undefined) lastEventId = isEventId.test(event.id) ? event.id : null;
      return seeProgress(watch, message);
    },
    onOver(seen: Seen) {
      if (over.has(seen)) return false;
      over.add(seen);
      told(seen);
      const { requestId, transcript } = seen;
      const exchanged = exchangedOf(seen);
      if (transcript.method === 'GET') watch.onResumed({ requestId, ...outcomeOf(exchanged) });
      const failure = breakOf(exchanged);
      const wants =
        failure !== undefined &&
        watch.onBreak({ requestId, failure, dropped: wasDropped(failure), lastEventId });
      streaming.wantsRest = wants && lastEventId !== null;
      return streaming.wantsRest;
    },
  };
  return streaming;
}
