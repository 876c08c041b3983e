import type { EventSink, RunEvent } from '../record/index.ts';

/** Events of which it is not known yet whether they belong to the run. */
export interface HeldEvents extends EventSink<RunEvent> {
  /** They do: written, and from now on at once. */
  release(): void;
}

/** What is never released was never so. */
export function heldEvents(events: EventSink<RunEvent>): HeldEvents {
  const held: RunEvent[] = [];
  let isReleased = false;
  return {
    write(event) {
      if (isReleased) events.write(event);
      else held.push(event);
    },
    release() {
      isReleased = true;
      for (const event of held.splice(0)) events.write(event);
    },
    flush: () => events.flush(),
    close() {},
  };
}
