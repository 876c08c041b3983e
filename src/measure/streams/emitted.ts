import type { LedgerEntry } from '../../record/index.ts';

/** What servers say they sent on each stream, to be held against what came. */
export interface Emitted {
  note(entry: LedgerEntry): void;
  /** Nothing at all was noted: the server keeps no account of its events. */
  readonly isEmpty: boolean;
  /** The events of a stream with the times at which they were noted, and forgets them: each stream is asked for once. */
  take(stream: string): readonly { number: number; atUs: number }[];
}

export function emittedEvents(): Emitted {
  const streams = new Map<string, { number: number; atUs: number }[]>();
  let isEmpty = true;
  return {
    note(entry) {
      if (entry.event !== 'emitted') return;
      isEmpty = false;
      const { stream, number, atUs } = entry;
      const events = streams.get(stream);
      if (events) events.push({ number, atUs });
      else streams.set(stream, [{ number, atUs }]);
    },
    get isEmpty() {
      return isEmpty;
    },
    take(stream) {
      const events = streams.get(stream) ?? [];
      streams.delete(stream);
      return events;
    },
  };
}
