import { type Clock, interrupted } from '../../src/core/index.ts';

/**
 * A clock that jumps: when nothing else is to be done, it is the time of the next sleeper. A run of ten
 * seconds takes milliseconds.
 */
export function fakeClock(): Clock {
  let now = 0;
  let pumping = false;
  const sleepers: { atUs: number; wake: () => void }[] = [];

  const pump = () => {
    const next = sleepers.shift();
    if (next === undefined) {
      pumping = false;
      return;
    }
    now = Math.max(now, next.atUs);
    next.wake();
    setImmediate(pump);
  };

  return {
    epochUs: 0,
    nowUs: () => now,
    sleepUntil: (atUs, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(interrupted(signal));
        if (atUs <= now) return resolve();
        const sleeper = { atUs, wake: resolve };
        sleepers.push(sleeper);
        sleepers.sort((a, b) => a.atUs - b.atUs);
        signal?.addEventListener('abort', () => {
          const index = sleepers.indexOf(sleeper);
          if (index >= 0) sleepers.splice(index, 1);
          reject(interrupted(signal));
        });
        if (!pumping) {
          pumping = true;
          setImmediate(pump);
        }
      }),
  };
}
