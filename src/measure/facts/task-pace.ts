import { isPoll, type JudgedTask } from '../tasks/index.ts';

/** How often tasks were asked for, beside how often their pollIntervalMs asks for it. */
export interface TaskPace {
  /** Tasks that ended, of which every request was answered with a state; others are asked for in another rhythm. */
  tasks: number;
  /** `tasks/get` and `tasks/result`, of all of them. */
  polls: number;
  /** What their time holds of intervals: with the time that polls took, and without; of `expected`, the last is whole. */
  least: number;
  expected: number;
  most: number;
  /** What their time holds of ten intervals each, rounded down. */
  tenths: number;
  /** How many had a result fetched that they were told of before. */
  fetched: number;
  /** Mean pollIntervalMs, and how much later than that their clients asked on average, in milliseconds. */
  intervalMs: number;
  lateMs: number;
}

/** How late a client may ask, as a share of the interval, before its rhythm is its machine's. */
const lateShare = 0.25;

/** Clients keep to intervals between these, whatever the server says; see `workload/task-pace.ts`. */
const intervalsMs = { min: 20, max: 30_000 };

export function taskPace() {
  const sums = { tasks: 0, polls: 0, least: 0, expected: 0, most: 0, tenths: 0, fetched: 0 };
  let intervalsSumMs = 0;
  let lateSumMs = 0;
  let gaps = 0;
  return {
    seeTask({ created, sights, fate, notes }: JudgedTask): void {
      const intervalMs = intervalOf(created.pollIntervalMs);
      if (intervalMs === null || notes?.finalUs == null || fate.told === null) return;
      const own = sights.filter(({ sentUs }) => sentUs < fate.knownUs);
      if (own.some(({ came, how }) => came !== 'found' || how === 'cancel' || how === 'update')) return;
      // Who waits for input is asked on a stream that stays until the end.
      if (own.some(({ status }) => status === 'input_required')) return;
      if (fate.knownUs === Number.POSITIVE_INFINITY) return;
      const gets = own.filter(({ how }) => how === 'get');
      const tookMs = gets.map(({ sentUs, atUs }) => (atUs - sentUs) / 1000);
      const timeMs = Math.max(0, notes.finalUs - created.atUs) / 1000;
      const mean = tookMs.reduce((sum, ms) => sum + ms, 0) / Math.max(1, tookMs.length);
      const slowest = Math.max(0, ...tookMs);
      const fetched = own.some(({ how }) => how === 'result') ? 1 : 0;
      sums.tasks += 1;
      sums.polls += own.filter(isPoll).length;
      sums.fetched += fetched;
      // The poll that tells the end is the first one after it.
      sums.least += Math.max(1, Math.ceil(timeMs / (intervalMs * (1 + lateShare) + slowest))) + fetched;
      sums.expected += Math.max(1, Math.ceil(timeMs / (intervalMs + mean))) + fetched;
      sums.most += Math.floor(timeMs / intervalMs) + 1 + fetched;
      sums.tenths += Math.floor(timeMs / (10 * intervalMs));
      intervalsSumMs += intervalMs;
      let beforeUs = created.atUs;
      for (const { sentUs, atUs } of gets) {
        lateSumMs += (sentUs - beforeUs) / 1000 - intervalMs;
        gaps += 1;
        beforeUs = atUs;
      }
    },
    result: (): TaskPace => ({
      ...sums,
      intervalMs: sums.tasks === 0 ? 0 : intervalsSumMs / sums.tasks,
      lateMs: gaps === 0 ? 0 : lateSumMs / gaps,
    }),
  };
}

/** Null where the server does not say it: then the client chooses. */
export function intervalOf(pollIntervalMs: number | null): number | null {
  if (pollIntervalMs === null) return null;
  return Math.min(intervalsMs.max, Math.max(intervalsMs.min, pollIntervalMs));
}
