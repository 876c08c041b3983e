import type { EventLog, KeptEvent } from '../../events/index.ts';
import type { ServerContext } from '../../host/index.ts';

/**
 * A server whose event log gives out each rest of a stream wrongly, once.
 * @param tamper is given the events that are to be given out, and the newest event of another session, if there is one.
 */
export function tamperedEvents(
  sound: ServerContext,
  tamper: (events: KeptEvent[], another: KeptEvent | undefined) => KeptEvent[],
): ServerContext {
  const { events } = sound;
  if (events === undefined)
    throw new Error('this server needs WINDTUNNEL_EVENTS: it is wrong in resuming streams');
  const newest = new Map<string, KeptEvent>();
  const done = new Set<string>();
  const log: EventLog = {
    ...events,
    async append(session, stream, message) {
      const number = await events.append(session, stream, message);
      if (message.method === 'notifications/progress') newest.set(session, { number, message });
      return number;
    },
    async after(session, stream, number) {
      const rest = await events.after(session, stream, number);
      const key = `${session} ${stream}`;
      if (rest === undefined || rest.length === 0 || done.has(key)) return rest;
      const another = [...newest].find(([owner]) => owner !== session)?.[1];
      const tampered = tamper(rest, another);
      // Where nothing is given out, the same is asked for again, and would be given soundly then.
      if (tampered.length > 0) done.add(key);
      return tampered;
    },
  };
  return { ...sound, events: log };
}
