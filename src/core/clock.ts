import { HarnessError } from './errors.ts';
import type { StopSignal } from './stop.ts';

/**
 * Time as the harness knows it: microseconds on a monotonic clock since the run's epoch.
 *
 * All processes of a run share one epoch on one machine, so their times compare without correction:
 * `process.hrtime` reads CLOCK_MONOTONIC (Linux) or mach_continuous_time (macOS), which are system-wide.
 */
export interface Clock {
  /** Microseconds since the epoch. */
  nowUs(): number;
  /**
   * Resolves once `nowUs() >= atUs`; at once if that has passed.
   * @throws HarnessError `interrupted` when `signal` aborts first.
   */
  sleepUntil(atUs: number, signal?: StopSignal): Promise<void>;
  /** The epoch, in microseconds of the system's monotonic clock; passed on to child processes. */
  readonly epochUs: number;
}

/** Microseconds of the system's monotonic clock; a double holds them exactly for 285 years of uptime. */
export function monotonicUs(): number {
  return Math.floor(originUs + performance.now() * 1000);
}

/** Where `performance.now` counts from. It reads the same clock as `process.hrtime`, and makes no bigint at each call. */
const originUs = originOf(
  () => Number(process.hrtime.bigint()) / 1000,
  () => performance.now() * 1000,
);

/**
 * Where a clock counts from that is read after the system's. A process that loses its processor between the two readings
 * finds an origin that is too early, never one too late: on a busy machine by milliseconds, and then answers seem to come
 * before they were given. So the latest of several is taken.
 */
export function originOf(systemUs: () => number, ownUs: () => number): number {
  const readings = Array.from({ length: 20 }, () => systemUs() - ownUs());
  return Math.max(...readings);
}

/** Wall-clock time, for a person to read; nothing is measured with it. */
export function wallClockIso(): string {
  return new Date().toISOString();
}

/** `setTimeout` takes at most 2^31 - 1 ms; a longer wait is made of several. */
const maxTimeoutMs = 0x7fff_ffff;

export function systemClock(epochUs: number = monotonicUs()): Clock {
  const clock: Clock = {
    epochUs,
    nowUs: () => monotonicUs() - epochUs,
    sleepUntil: (atUs, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) {
          reject(interrupted(signal));
          return;
        }
        if (atUs <= clock.nowUs()) {
          resolve();
          return;
        }
        let timer: NodeJS.Timeout | undefined;
        const onAbort = () => {
          clearTimeout(timer);
          reject(interrupted(signal));
        };
        const tick = () => {
          const leftUs = atUs - clock.nowUs();
          if (leftUs <= 0) {
            signal?.removeEventListener('abort', onAbort);
            resolve();
            return;
          }
          timer = setTimeout(tick, Math.min(Math.ceil(leftUs / 1000), maxTimeoutMs));
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        tick();
      }),
  };
  return clock;
}

/** What a wait throws when its signal aborts. */
export function interrupted(signal?: StopSignal): HarnessError {
  return new HarnessError('interrupted', 'the wait was interrupted', { cause: signal?.reason });
}
