import { callsOf } from '../../scenario/index.ts';
import { poisson } from './chance.ts';
import { taskOptions } from './task-options.ts';
import { type Forecast, onlyFault, type Row } from './types.ts';

/** In a shared store nothing is lost with a replica, whatever happens to it: no session, no state. */
export const sharedState: Row = ({ deployment, metrics }) => {
  if (deployment.state !== 'shared') return [];
  const none = (metric: 'session_loss' | 'state_loss', what: string): Forecast[] => {
    const measured = metrics[metric];
    if ('notApplicable' in measured) return [];
    return [
      {
        id: `shared-${metric.replace('_', '-')}`,
        metric,
        what: `${what} lost with a replica, when they live in a store that all share`,
        formula: '0',
        source: 'the store outlives every replica; exact',
        predicted: 0,
        interval: [0, 0],
        // Where nobody learned whether it is still there, nothing was seen.
        measured:
          measured.numerator === 0 && 'unjudged' in measured && measured.unjudged > 0 ? null : measured.value,
      },
    ];
  };
  return [...none('session_loss', 'sessions'), ...none('state_loss', 'baskets behind sessions or handles')];
};

/** A crash takes only the requests in flight on that replica: rate x service time / N (Little's law). */
export const inFlight: Row = (one) => {
  const fault = onlyFault(one);
  const { operations, broken, meanServiceMs } = one.facts.broken;
  if (one.deployment.state !== 'shared' || fault?.fault !== 'crash') return [];
  // A stream that breaks is resumed, and waited for: `streams.ts`.
  const calls = callsOf(one.scenario.workload.journey);
  if (calls.some((call) => call.stream !== undefined)) return [];
  // A call that waits for a person is longer than its last exchange: `input.ts`.
  if (calls.some((call) => call.answers !== undefined)) return [];
  // The call of a task is over long before the task is: what is under way is no exchange.
  if (taskOptions(one).any) return [];
  const { ratePerSecond, arrivals, stayMs } = one.scenario.workload;
  // Until all have arrived the rate is less; clients that leave again keep it even.
  const present = stayMs === null ? Math.min(1, fault.atMs / Math.max(1, arrivals.overMs)) : 1;
  const rate = ratePerSecond * present;
  const { replicas } = one.deployment;
  const mean = meanServiceMs === null ? 0 : (rate * meanServiceMs) / 1000 / replicas;
  const [low, high] = poisson(mean);
  return [
    {
      id: 'crash-in-flight',
      metric: 'availability',
      what: `operations that a crash of one of ${replicas} replicas does not break: all but those in flight there`,
      formula: `1 - rate x service / N / operations = 1 - ${rate}/s x ${(meanServiceMs ?? 0).toPrecision(3)} ms / ${replicas} / ${operations}`,
      source: "Little's law; Poisson",
      predicted: operations === 0 ? 1 : 1 - mean / operations,
      interval: operations === 0 ? [0, 1] : [1 - high / operations, 1 - low / operations],
      measured: meanServiceMs === null ? null : 1 - broken / operations,
    },
  ];
};
