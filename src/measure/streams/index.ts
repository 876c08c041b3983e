// Streams: what came on the streams of long calls, held against what servers say they sent on them.
// The judge side of `record/stream-events.ts`.
export { type Emitted, emittedEvents } from './emitted.ts';
export { streamEvents } from './stream-events.ts';
export { streamFacts } from './stream-facts.ts';
export type { StreamCounts, StreamFacts, StruckStreams } from './types.ts';
