// Base of the broken servers: the reference server of 2025-11-25 on SDK v2, with one thing in it that is wrong.
// Its baskets have handles, not the session for a name, so that a lost session is not lost state as well.
export { runBroken } from './run-broken.ts';
// Of tasks it is the reference server of 2026-07-28.
export { runBrokenTasks } from './run-broken-tasks.ts';
export { tamperedEvents } from './tampered-events.ts';
