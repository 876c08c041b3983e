import type { StreamEvent } from '../../record/index.ts';
import type { Collector } from '../collector.ts';
import type { NotApplicable, Rate } from '../metrics.ts';
import { rate } from '../rate.ts';
import type { Emitted } from './emitted.ts';
import { streamCounts } from './stream-counts.ts';
import type { StreamDetails } from './types.ts';

type Ended = Extract<StreamEvent, { type: 'stream-ended' }>;

export interface StreamMeasures {
  loss: (Rate & StreamDetails) | NotApplicable;
  duplicate: Rate | NotApplicable;
  leak: Rate | NotApplicable;
}

/**
 * What was sent less than this before a client stopped waiting for a stream was still on its way, and is no loss.
 * A stream that was answered has no such grace: its events come before its response.
 */
const underWayUs = 250_000;

/**
 * `stream_loss`: progress events that the ledger has for a stream, noted while its client listened or meant to, that never
 * came ÷ all of those. A client listens until the response is there, it stops waiting, or it gives the stream up. Of one that
 * it let go of for good by itself, what follows the last event that came is not for it any more.
 * `stream_duplicate`: events that came on their own stream more than once ÷ events that came on their own stream.
 * `stream_leak`: events that came on a stream they do not belong to ÷ all events that came. Whose an event is, its progress
 * token says (2025-11-25 and 2026-07-28, basic/utilities/progress).
 * @param asked whether the journey has calls with streams.
 */
export function streamEvents(asked: boolean, emitted: Emitted): Collector<StreamMeasures> {
  const counts = streamCounts();
  /** Streams under way that their clients let go of without asking for the rest. */
  const letGo = new Set<string>();
  const sums = { emitted: 0, lost: 0, unjudged: 0, came: 0, again: 0, foreign: 0 };
  return {
    types: counts.types,
    see(event) {
      counts.see(event);
      if (event.type === 'stream-broken' && event.dropped && event.next !== 'resume') letGo.add(event.stream);
      if (event.type !== 'stream-ended') return;
      const came = numbersOf(event);
      const isCut = came.counted < event.events;
      sums.came += event.events;
      sums.again += came.counted - came.numbers.size;
      for (const { events } of event.foreign) sums.foreign += events;
      const untilUs = event.how === 'timeout' ? event.atUs - underWayUs : event.atUs;
      const sent = emitted.take(event.stream);
      const meant = letGo.delete(event.stream)
        ? sent.slice(0, sent.findLastIndex(({ number }) => came.numbers.has(number)) + 1)
        : sent;
      for (const { number, atUs } of meant) {
        if (atUs > untilUs && !came.numbers.has(number)) continue;
        sums.emitted += 1;
        if (came.numbers.has(number)) continue;
        if (isCut) sums.unjudged += 1;
        else sums.lost += 1;
      }
    },
    result() {
      const noStreams = { notApplicable: 'no call of the journey is asked for with a stream' };
      if (!asked) return { loss: noStreams, duplicate: noStreams, leak: noStreams };
      const streams = counts.result();
      const noAccount = { notApplicable: 'the server notes no events that it sends' };
      return {
        loss:
          emitted.isEmpty && sums.came > 0
            ? noAccount
            : { ...rate(sums.lost, sums.emitted), streams, unjudged: sums.unjudged },
        duplicate: rate(sums.again, sums.came),
        leak: rate(sums.foreign, sums.came + sums.foreign),
      };
    },
  };
}

/** More of one stream is not told apart: numbers are the server's, and a run of them may be absurd. */
const numbersMax = 1_000_000;

/** The numbers that came, and how many events they were. */
function numbersOf({ received }: Ended): { numbers: ReadonlySet<number>; counted: number } {
  const numbers = new Set<number>();
  let counted = 0;
  for (const [from, to] of received) {
    if (to - from >= numbersMax - counted) break;
    for (let number = from; number <= to; number++) numbers.add(number);
    counted += to - from + 1;
  }
  return { numbers, counted };
}
