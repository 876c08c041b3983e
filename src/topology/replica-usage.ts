import { readFileSync } from 'node:fs';
import type { Clock } from '../core/index.ts';
import type { EventSink, RunEvent } from '../record/index.ts';

/** What the operating system says a process has used. */
export interface Usage {
  /** User and system time of all its threads since its start, in microseconds. */
  cpuUs: number;
  /** What it holds of the machine's memory now. */
  rssBytes: number;
}

/** Undefined: there is no such process, or the system does not say. Must not block for long. */
export type UsageReader = (pid: number) => Usage | undefined;

export interface UsageWatch {
  /** Takes a sample beside the regular ones, where the moment matters: when it is ready, before it is ended. */
  sample(): void;
  stop(): void;
}

/** Four times a second: often enough for a run of seconds, and some 0.1 ms of the harness's time each second. */
const intervalUs = 250_000;

/**
 * Writes what one replica's process uses to the event log, from now until it is stopped. It knows the process
 * itself, not children that it may have.
 */
export function watchUsage(
  { pid, replica, boot }: { pid: number; replica: string; boot: number },
  { clock, events, read }: { clock: Clock; events: EventSink<RunEvent>; read: UsageReader },
): UsageWatch {
  const stopped = new AbortController();
  const sample = () => {
    const usage = stopped.signal.aborted ? undefined : read(pid);
    // What has just ended has nothing to say; that it ended is an event of its own.
    if (usage) events.write({ type: 'replica-usage', atUs: clock.nowUs(), replica, boot, ...usage });
  };
  const regularly = async () => {
    while (!stopped.signal.aborted) {
      sample();
      await clock.sleepUntil(clock.nowUs() + intervalUs, stopped.signal).catch(() => {});
    }
  };
  // A log that cannot be written is said by everything else that writes to it.
  regularly().catch(() => stopped.abort());
  return { sample, stop: () => stopped.abort() };
}

/** Linux counts CPU time for programs in hundredths of a second (USER_HZ, time(7)), whatever its own tick is. */
const usPerTick = 10_000;

/** From /proc (proc(5)), so on Linux only: elsewhere nothing is known. */
export const usageFromProc: UsageReader = (pid) => {
  try {
    return parseUsage(readFileSync(`/proc/${pid}/stat`, 'utf8'), readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return undefined;
  }
};

/**
 * @param stat user time is field 14, system time 15, in ticks; field 2, the name, may hold anything.
 * @param status `VmRSS` in KiB (`statm` has pages, whose size is the machine's); a process that has ended has none.
 */
export function parseUsage(stat: string, status: string): Usage | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const cpuUs = (Number(fields[11]) + Number(fields[12])) * usPerTick;
  const rssKib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (!Number.isFinite(cpuUs) || rssKib === undefined) return undefined;
  return { cpuUs, rssBytes: Number(rssKib) * 1024 };
}
