import { batchMax, type EventLog, numbered, type StreamMessage } from './types.ts';

/** What a session that never ends may pile up; its oldest streams go first. */
const streamsMax = 100;

/** The memory of this replica: gone with it, and seen by no other. */
export function memoryEvents(): EventLog {
  const sessions = new Map<string, Map<string, StreamMessage[]>>();
  return {
    append(session, stream, message) {
      const streams = sessions.get(session) ?? new Map<string, StreamMessage[]>();
      sessions.set(session, streams);
      const events = streams.get(stream) ?? [];
      streams.set(stream, events);
      events.push(message);
      const [oldest] = streams.keys();
      if (streams.size > streamsMax && oldest !== undefined) streams.delete(oldest);
      return events.length;
    },
    after(session, stream, number) {
      const events = sessions.get(session)?.get(stream);
      if (events === undefined || number > events.length) return undefined;
      return numbered(events.slice(number, number + batchMax), number);
    },
    forget: (session) => void sessions.delete(session),
    close: () => sessions.clear(),
  };
}
