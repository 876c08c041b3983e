import type { RunEvent } from '../record/index.ts';

/** One measure in the making: sees the events of a run once, in the order of the file, then says its result. */
export interface Collector<Result> {
  /** The types of event it wants to see; all, if it does not say. A run has millions, most of two types. */
  readonly types?: readonly RunEvent['type'][];
  see(event: RunEvent): void;
  result(): Result;
}

/** Shows each event to the collectors that want it, in the order in which they are given. */
export function showTo(collectors: readonly Collector<unknown>[]): (event: RunEvent) => void {
  const byType = new Map<RunEvent['type'], Collector<unknown>[]>();
  const wanting = (type: RunEvent['type']) => {
    const found = collectors.filter((collector) => collector.types?.includes(type) ?? true);
    // A record may hold types that this version does not know: no more of them are remembered than it does.
    if (byType.size < 100) byType.set(type, found);
    return found;
  };
  return (event) => {
    for (const collector of byType.get(event.type) ?? wanting(event.type)) collector.see(event);
  };
}
