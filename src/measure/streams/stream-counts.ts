import type { Collector } from '../collector.ts';
import type { StreamCounts } from './types.ts';

/** What became of streams; of each that is under way it keeps a few bytes. */
export function streamCounts(): Collector<StreamCounts> & { readonly types: readonly StreamType[] } {
  const open = new Map<string, { isResumed: boolean; isRefused: boolean }>();
  const counts: StreamCounts = {
    opened: 0,
    broken: 0,
    resumed: 0,
    refused: 0,
    unanswered: 0,
    timedOut: 0,
  };
  return {
    types: ['stream-broken', 'stream-resumed', 'stream-ended'],
    see(event) {
      if (event.type === 'stream-broken') {
        if (!open.has(event.stream)) open.set(event.stream, { isResumed: false, isRefused: false });
      } else if (event.type === 'stream-resumed') {
        const stream = open.get(event.stream);
        if (stream === undefined) return;
        if (event.failure === undefined) stream.isResumed = true;
        else stream.isRefused = true;
      } else if (event.type === 'stream-ended') {
        counts.opened += 1;
        if (event.how === 'timeout') counts.timedOut += 1;
        const stream = open.get(event.stream);
        if (stream === undefined) return;
        open.delete(event.stream);
        counts.broken += 1;
        if (stream.isResumed) counts.resumed += 1;
        else if (stream.isRefused) counts.refused += 1;
        if (event.how !== 'answered') counts.unanswered += 1;
      }
    },
    result: () => counts,
  };
}

type StreamType = 'stream-broken' | 'stream-resumed' | 'stream-ended';
