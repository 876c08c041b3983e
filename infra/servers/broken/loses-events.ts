import process from 'node:process';
import { runBroken, tamperedEvents } from './base/index.ts';

/** Drops the first event of a rest: as one that replays from behind the event that it sent, not that was seen. */
await runBroken(process, {
  context: (sound) => tamperedEvents(sound, (events) => events.slice(1)),
  streams: true,
});
