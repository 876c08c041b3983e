import { type Prng, seededPrng } from '../core/index.ts';
import { durationMs } from './fields.ts';
import { type CallStep, callsOf, type JourneyStep, type PlainStep, subscribedIn } from './journey-schema.ts';
import type { Scenario } from './plan.ts';

/**
 * What one client intends: calls with the times at which they are due. It follows from the scenario and the
 * seed alone, whatever the servers do and however many threads carry it out.
 */
export interface ClientSchedule {
  /** `c1`, `c2`, … in order of arrival. */
  client: string;
  /** For what this client does at random that no schedule can hold. */
  prng: Prng;
  /** Microseconds since the workload began. */
  arrivalUs: number;
  /** Whether any of its calls may become a task. */
  hasTasks: boolean;
  /** Whether any of its calls is answered for if its server asks. */
  answers: boolean;
  /** Topics whose changes it listens for while it is there, as templates. */
  subscribes: readonly string[];
  /** In order; made one by one, so that a long run takes no more memory than a short one. */
  calls: Iterable<ScheduledCall>;
  /** The call just taken is due too late (closed loop): what is left of its repeat is passed over. */
  endRepeat(): void;
}

export interface ScheduledCall {
  step: CallStep;
  /**
   * When it is due, in microseconds since the workload began; or, after a `think` step, how long after the
   * answer before it (closed loop).
   */
  due: { atUs: number } | { afterPreviousUs: number };
  /** Not intended if it is due later than this, in microseconds since the workload began (closed loop). */
  untilUs: number;
  /** Before this one, the client waits for the end of every task that it did not wait for. */
  afterCollect?: true;
}

/** The client at `index` (from 0), the same for the same seed. Made when needed, so that memory does not grow. */
export function clientSchedule(
  scenario: Scenario,
  seed: number,
  index: number,
  arrivalUs: number,
): ClientSchedule {
  const prng = seededPrng(seed).fork(`client ${index}`);
  const repeat: Repeat = { isOver: false };
  return {
    client: `c${index + 1}`,
    prng: prng.fork('client'),
    arrivalUs,
    hasTasks: callsOf(scenario.workload.journey).some(({ task }) => task !== undefined),
    answers: callsOf(scenario.workload.journey).some(({ answers }) => answers !== undefined),
    subscribes: subscribedIn(scenario.workload.journey),
    calls: scheduleCalls(scenario, prng, arrivalUs, repeat),
    endRepeat: () => {
      repeat.isOver = true;
    },
  };
}

/** A closed loop without think time has no number of rounds; its client says when it is over. */
interface Repeat {
  isOver: boolean;
}

/** Arrival times of all clients in microseconds since the workload began, in order. */
export function arrivalTimesUs(scenario: Scenario, seed: number): Float64Array {
  const { sessions, arrivals } = scenario.workload;
  const overUs = arrivals.overMs * 1000;
  const times = new Float64Array(sessions);
  if (arrivals.process === 'even') return times.map((_, i) => (i * overUs) / sessions);
  // A Poisson process with a known number of arrivals is that number of sorted uniform times.
  const prng = seededPrng(seed).fork('arrivals');
  return times.map(() => prng.next() * overUs).sort();
}

/** Mean time between two calls of one client, in microseconds. */
export function callIntervalUs(scenario: Scenario): number {
  const { sessions, arrivals, stayMs, ratePerSecond } = scenario.workload;
  // Clients that leave again: on average this many are there at once (Little's law).
  const present =
    stayMs === null || stayMs >= arrivals.overMs ? sessions : (sessions * stayMs) / arrivals.overMs;
  return (present / ratePerSecond) * 1_000_000;
}

function* scheduleCalls(
  scenario: Scenario,
  prng: Prng,
  arrivalUs: number,
  repeat: Repeat,
): Generator<ScheduledCall> {
  const { stayMs, journey } = scenario.workload;
  const intervalUs = callIntervalUs(scenario);
  const stayUs = stayMs === null ? Number.POSITIVE_INFINITY : stayMs * 1000;
  const endUs = Math.min(scenario.durationMs * 1000, arrivalUs + stayUs);
  let slotUs = arrivalUs;
  let thinkUs: number | undefined;
  let collects = false;
  // With the call just made, what was to be collected has been.
  const due = (call: ScheduledCall): ScheduledCall => {
    if (collects) call.afterCollect = true;
    collects = false;
    return call;
  };
  for (const { step, untilUs } of unroll(journey, { arrivalUs, endUs, intervalUs }, repeat)) {
    if (thinkUs === undefined && slotUs >= endUs) return;
    if ('pause' in step) {
      slotUs += durationMs(step.pause) * 1000;
      if (thinkUs !== undefined) thinkUs += durationMs(step.pause) * 1000;
    } else if ('think' in step) {
      thinkUs = (thinkUs ?? 0) + thinkUsOf(step);
    } else if ('collect' in step) {
      collects = true;
    } else if (thinkUs !== undefined) {
      yield due({ step, due: { afterPreviousUs: thinkUs }, untilUs });
      thinkUs = 0;
    } else {
      // Anywhere in its slot: equal distances would march in step with a round-robin balancer, and a
      // session would meet the same replica each time.
      const atUs = slotUs + prng.next() * intervalUs;
      slotUs += intervalUs;
      if (atUs < untilUs) yield due({ step, due: { atUs }, untilUs });
    }
  }
}

const thinkTimesUs = new WeakMap<ThinkStep, number>();

/** Read once for each step: a closed loop asks before each call. */
function thinkUsOf(step: ThinkStep): number {
  let us = thinkTimesUs.get(step);
  if (us === undefined) {
    us = durationMs(step.think) * 1000;
    thinkTimesUs.set(step, us);
  }
  return us;
}

type ThinkStep = Extract<PlainStep, { think: string }>;

interface TimedStep {
  step: PlainStep;
  untilUs: number;
}

/** The journey without its repeats. A `fill` leaves the time that the steps after it need. */
function* unroll(
  journey: readonly JourneyStep[],
  { arrivalUs, endUs, intervalUs }: { arrivalUs: number; endUs: number; intervalUs: number },
  state: Repeat,
): Generator<TimedStep> {
  const costs = journey.map((step) => (isFill(step) ? 0 : costUs(step, intervalUs)));
  const fixedUs = costs.reduce((sum, cost) => sum + cost, 0);
  for (const [i, step] of journey.entries()) {
    if ('subscribe' in step) continue;
    if (!('repeat' in step)) {
      yield { step, untilUs: endUs };
      continue;
    }
    const fill = step.repeat === 'fill';
    const afterUs = fill ? costs.slice(i + 1).reduce((sum, cost) => sum + cost, 0) : 0;
    const onceUs = costUs({ ...step, repeat: 1 }, intervalUs);
    const times = fill ? Math.floor((endUs - arrivalUs - fixedUs) / onceUs) : Number(step.repeat);
    state.isOver = false;
    for (let round = 0; round < times && !state.isOver; round++) {
      for (const inner of step.steps) yield { step: inner, untilUs: endUs - afterUs };
    }
  }
}

function isFill(step: JourneyStep): boolean {
  return 'repeat' in step && step.repeat === 'fill';
}

/** The least time that a step takes. A call that follows a `think` step takes less, since it waits for no slot. */
function costUs(step: JourneyStep, intervalUs: number): number {
  if ('repeat' in step) {
    const times = step.repeat === 'fill' ? 1 : step.repeat;
    const closed = step.steps.some((inner) => 'think' in inner);
    return times * step.steps.reduce((sum, inner) => sum + costUs(inner, closed ? 0 : intervalUs), 0);
  }
  if ('pause' in step) return durationMs(step.pause) * 1000;
  if ('think' in step) return durationMs(step.think) * 1000;
  if ('collect' in step || 'subscribe' in step) return 0;
  return intervalUs;
}
