import process from 'node:process';
import { runBroken, tamperedEvents } from './base/index.ts';

/** Gives the first event of a rest twice. */
await runBroken(process, {
  context: (sound) => tamperedEvents(sound, (events) => [...events.slice(0, 1), ...events]),
  streams: true,
});
