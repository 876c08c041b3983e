import { type Clock, type StopSignal, StopSource } from '../core/index.ts';

/** A sleep that news can end before its time. */
export interface Alarm {
  /** Ends the sleep, or the next one if none is under way. */
  ring(): void;
  /** Until `atUs`, or until it rings or `signal` stops it; which of them, the caller finds out. */
  sleepUntil(atUs: number): Promise<void>;
}

export function alarm(clock: Clock, signal: StopSignal): Alarm {
  let sleep: StopSource | undefined;
  let rung = false;
  return {
    ring() {
      rung = true;
      sleep?.abort();
    },
    async sleepUntil(atUs) {
      if (!rung && !signal.aborted) {
        const mine = new StopSource();
        sleep = mine;
        const onStop = () => mine.abort();
        signal.addEventListener('abort', onStop);
        await clock.sleepUntil(atUs, mine).catch(() => {});
        signal.removeEventListener('abort', onStop);
        sleep = undefined;
      }
      rung = false;
    },
  };
}
