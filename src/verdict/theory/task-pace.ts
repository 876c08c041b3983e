import { taskOptions } from './task-options.ts';
import type { Forecast, Row } from './types.ts';

/** A client may come late by this share of the interval, before its rhythm is its machine's. */
const lateShareMax = 0.25;

/**
 * A client that polls asks once in each pollIntervalMs until a poll comes after the end: duration / interval, rounded up.
 * One that is notified has the end told, and asks behind that ten times as seldom.
 */
export const taskPace: Row = (one) => {
  const { facts, metrics, scenario, deployment } = one;
  if (facts.tasks === null || 'notApplicable' in metrics.polls_per_task) return [];
  if (deployment.routing === 'round-robin' && deployment.tasks?.store === 'memory') return [];
  const { tasks, polls, least, expected, most, tenths, fetched, intervalMs, lateMs } = facts.tasks.pace;
  if (tasks === 0) return [];
  const { follow } = taskOptions(one);
  const per = (count: number) => count / tasks;
  const common = { metric: 'polls_per_task', measured: polls / tasks };
  const interval = Math.round(intervalMs);
  const plus = fetched > 0 ? ', and one for the result' : '';
  if (follow === 'poll') {
    const forecast: Forecast = {
      ...common,
      id: 'task-polls',
      what: `polls per task, of ${tasks} that were found by each`,
      formula: `duration / (interval of ${interval} ms + time of a poll), rounded up${plus}`,
      source: 'the first poll after the end tells it; exact but for how late a client asks',
      predicted: per(expected),
      interval: [per(least), per(most)],
      ...(lateMs > lateShareMax * intervalMs
        ? { doubt: `clients asked ${Math.round(lateMs)} ms late on average: their machine was busy` }
        : {}),
    };
    return [forecast];
  }
  // Streams that break are opened again, and polls fill the time between.
  if (follow !== 'notifications' || scenario.faults.length > 0) return [];
  return [
    {
      ...common,
      id: 'task-polls',
      what: `polls per task where clients are notified, of ${tasks} that were found by each`,
      formula: `about 1, and one in ten intervals of ${interval} ms behind the notifications`,
      source: 'the notification tells the end; what is asked is the result, where it is not told with it',
      predicted: 1,
      interval: [0, 2 + per(tenths)],
    },
  ];
};
