// Events: what was sent on the streams of 2025-11-25, kept so that a stream that broke can be taken up again.
// Kept by a replica for itself or where all replicas see it: then any of them goes on with a stream of another.
import type { StoreConfig } from '../host/config.ts';
import { memoryEvents } from './memory.ts';
import { eventIdOf } from './resume.ts';
import type { EventLog, KeptEvent, StreamMessage } from './types.ts';

export { resumed, standingStream } from './resume.ts';
export type { EventLog, KeptEvent, StreamMessage };

/** What a kind of store needs is loaded only where it is used. */
export async function openEvents(
  config: StoreConfig,
  onTrouble: (message: string) => void,
): Promise<EventLog> {
  if (config.kind === 'memory') return memoryEvents();
  if (config.kind === 'redis') {
    const { redisEvents } = await import('./redis.ts');
    return redisEvents(config, onTrouble);
  }
  const { sqliteEvents } = await import('./sqlite.ts');
  return sqliteEvents(config.path);
}

/** An event log as the SDKs' transports write to it. What is asked for again is answered before it comes to them. */
export function sdkEventStore(log: EventLog, session: string) {
  return {
    storeEvent: async (stream: string, message: object): Promise<string> =>
      eventIdOf(stream, await log.append(session, stream, message as StreamMessage)),
    replayEventsAfter: async (): Promise<string> => {
      throw new Error('resumption is answered in front of the transport');
    },
  };
}
