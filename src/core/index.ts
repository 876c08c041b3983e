// Core: clock, seeded randomness, units, JSON objects, addresses, secrets, errors, the width of text. It imports nothing else of the project.
// Time and randomness come from here and from nowhere else, so that tests can replace both.
export { type ChildEnd, type ChildGuard, childEnd, endFrom } from './child-end.ts';
export { childEntry } from './child-entry.ts';
export { type Clock, interrupted, monotonicUs, systemClock, wallClockIso } from './clock.ts';
export { closestName } from './closest.ts';
export { type ErrorCode, exitCodes, HarnessError, messageOf, unreachable } from './errors.ts';
export { objectIn } from './json-object.ts';
export { negotiable } from './negotiated.ts';
export { type Prng, seededPrng } from './prng.ts';
export {
  isLoopback,
  parseRedisUrl,
  type RedisAddress,
  redactedRedisUrl,
  redisUrl,
} from './redis-url.ts';
export { type Redact, redactor, revealed, secretNames, secretProblem, secretsOf } from './secrets.ts';
export { neverStops, type StopSignal, StopSource, TimeLimit, toAbortSignal } from './stop.ts';
export { padEnd, widthOf, wrap } from './text-width.ts';
export { formatDurationMs, parseDurationMs, parseRatePerSecond } from './units.ts';
export { jsonOf, jsonText, valueText } from './value-text.ts';
