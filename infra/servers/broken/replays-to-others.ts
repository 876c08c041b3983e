import process from 'node:process';
import { runBroken, tamperedEvents } from './base/index.ts';

/** Gives what was sent to another client along with a rest: as an event store that does not ask whose a stream is. */
await runBroken(process, {
  context: (sound) =>
    tamperedEvents(sound, (events, another) => {
      const [first] = events;
      return another && first ? [{ ...another, number: first.number - 1 }, ...events] : events;
    }),
  streams: true,
});
