import type { EventSink, RunEvent } from '../record/index.ts';

/** Tells of each replica that SIGTERM has not ended in the time that it had, so that it gets SIGKILL. */
export function watchStubborn(
  events: EventSink<RunEvent>,
  tell: (replica: string) => void,
): EventSink<RunEvent> {
  const asked = new Set<string>();
  return {
    ...events,
    write(event) {
      events.write(event);
      if (event.type !== 'replica-signalled') return;
      const { replica, boot, signal } = event;
      const process = `${replica} ${boot}`;
      if (signal === 'SIGTERM') asked.add(process);
      else if (signal === 'SIGKILL' && asked.delete(process)) tell(replica);
    },
  };
}
