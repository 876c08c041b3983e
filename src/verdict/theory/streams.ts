import { callsOf } from '../../scenario/index.ts';
import { binomial, poisson } from './chance.ts';
import { type Case, type Forecast, onlyFault, type Row, share } from './types.ts';

/** The journey's call, if it has but one, and that one has a stream. */
function streamStep({ scenario }: Case) {
  const steps = callsOf(scenario.workload.journey);
  return steps.length === 1 && steps[0]?.stream !== undefined ? steps[0] : undefined;
}

/** Who joins takes no stream from those that are there. */
const nobodyLeaves = ({ scenario }: Case) => scenario.faults.every(({ fault }) => fault === 'scale-out');

/** An event that stands where all replicas see it is not lost with any of them. */
export const sharedEvents: Row = ({ deployment, metrics }) => {
  if (deployment.streams?.events !== 'shared') return [];
  const measured = metrics.stream_loss;
  if ('notApplicable' in measured) return [];
  return [
    {
      id: 'shared-stream-events',
      metric: 'stream_loss',
      what: 'events of streams that never came, when they are kept where all replicas see them',
      formula: '0',
      source: 'what was sent is kept, and the client asks for what is behind the last event that came; exact',
      predicted: 0,
      interval: [0, 0],
      measured: measured.value,
    },
  ];
};

/**
 * Whether a stream that broke is given on to a client that asks for the rest: where all replicas have the events, always;
 * where they are in memory, if its replica lives and is asked. After a crash it does not live; what broke because the client
 * let go is found with affinity always, and in rotation with probability 1/N.
 */
export const resumable: Row = (one) => {
  const { deployment, facts } = one;
  const step = streamStep(one);
  const fault = onlyFault(one);
  if (deployment.streams === undefined || step?.stream?.onBreak !== 'resume' || !facts.streams) return [];
  const { resumed, refused } = facts.streams.counts;
  const asked = resumed + refused;
  const drops = step.stream.dropAfter !== undefined;
  const forecast = (predicted: number, what: string, source: string): Forecast[] => [
    {
      id: 'stream-resumed',
      metric: 'stream_loss.streams',
      what: `streams that went on, of ${asked} whose clients asked for the rest: ${what}`,
      formula: String(predicted),
      source,
      predicted,
      interval: [predicted, predicted],
      measured: share(resumed, asked),
    },
  ];
  if (deployment.streams.events === 'shared') {
    return forecast(1, 'any replica has their events', 'the store outlives every replica; exact');
  }
  if (deployment.routing !== 'session-affinity') return [];
  if (nobodyLeaves(one) && drops) {
    return forecast(
      1,
      'the replica that has their events lives',
      'the table leads where a session is; exact',
    );
  }
  if (fault?.fault === 'crash' && !drops) {
    const source =
      'what is in memory goes with its process: the session, the events and the call itself; exact';
    return forecast(0, 'the replica that had their events is dead', source);
  }
  return [];
};

/** A crash breaks the streams that are under way on that replica, whatever is kept of them: rate x length / N. */
export const cutStreams: Row = (one) => {
  const fault = onlyFault(one);
  const { streams } = one.facts;
  if (fault?.fault !== 'crash' || !streams?.struck || streams.counts.opened === 0) return [];
  const { cut, counts, struck } = streams;
  const { held, inDoubt } = struck;
  return [
    {
      id: 'crash-streams-cut',
      metric: 'stream_loss.streams',
      what: `streams that a crash breaks, of ${counts.opened}: those that the log shows under way on that replica`,
      formula: `${held}/${counts.opened}${inDoubt > 0 ? `, and up to ${inDoubt} that were sent or answered at that moment` : ''}`,
      source: 'a connection ends with its process; exact, from the log',
      predicted: held / counts.opened,
      interval: [held / counts.opened, (held + inDoubt) / counts.opened],
      measured: cut / counts.opened,
    },
    ...inFlight(one, cut, counts.opened),
  ];
};

/** Little's law, for as many replicas as there are: with one call at a time, a client calls no faster than it is answered. */
function inFlight({ scenario, deployment, metrics }: Case, cut: number, opened: number): Forecast[] {
  const { ratePerSecond } = scenario.workload;
  const lengthMs = metrics.service_ms.p50;
  if (lengthMs === null) return [];
  const mean = (ratePerSecond * lengthMs) / 1000 / deployment.replicas;
  const [low, high] = poisson(mean);
  return [
    {
      id: 'crash-streams-in-flight',
      metric: 'stream_loss.streams',
      what: `streams that a crash of one of ${deployment.replicas} replicas breaks, of ${opened}`,
      formula: `rate x length / N / streams = ${ratePerSecond}/s x ${lengthMs.toPrecision(3)} ms / ${deployment.replicas} / ${opened}`,
      source: "Little's law; Poisson",
      predicted: mean / opened,
      interval: [low / opened, Math.min(1, high / opened)],
      measured: cut / opened,
    },
  ];
}

/**
 * An event store keeps events, not work: the rest of a stream is given by a replica that has nothing to add to it, and the
 * client waits until its deadline. Only what the dead process had committed may have its response in the store.
 */
export const deadCalls: Row = (one) => {
  const step = streamStep(one);
  const struck = one.facts.streams?.struck;
  if (one.deployment.streams?.events !== 'shared' || step?.stream?.onBreak !== 'resume') return [];
  if (onlyFault(one)?.fault !== 'crash' || !struck || struck.broken === 0) return [];
  const { broken, committed, unanswered } = struck;
  return [
    {
      id: 'crash-calls-dead',
      metric: 'stream_loss.streams',
      what: `calls that bring no response any more, of ${broken} whose stream broke with their replica and goes on elsewhere`,
      formula: `${broken - committed}/${broken}${committed > 0 ? `, and up to ${committed} that were committed there, if their response was not stored` : ''}`,
      source: 'what a process had begun nobody carries on; exact, from log and ledger',
      predicted: (broken - committed) / broken,
      interval: [(broken - committed) / broken, 1],
      measured: share(unanswered, broken),
    },
  ];
};

/**
 * Who waited for a dead call begins the next one late, and may give it up while it is carried out. The cancellation is a POST
 * of its own, and is heard where it meets the replica that works: in rotation with probability 1/N. What is not heard of is
 * committed, unless its replica ends first.
 */
export const lateResults: Row = (one) => {
  const { replicas, streams, routing, state } = one.deployment;
  const struck = one.facts.streams?.struck;
  const measured = one.metrics.result_loss;
  if (streams?.events !== 'shared' || state !== 'shared' || routing !== 'round-robin') return [];
  if (streamStep(one) === undefined || !struck || 'notApplicable' in measured) return [];
  const { denominator } = measured;
  if (denominator === 0) return [];
  const { late, committed } = struck;
  const [, high] = binomial(late, 1 - 1 / replicas);
  return [
    {
      id: 'late-results',
      metric: 'result_loss',
      what: `results lost, of ${denominator}: of the ${late} calls that were given up while a living replica had them, those whose cancellation went elsewhere`,
      formula: `${late} x (1 - 1/N) / ${denominator}${committed > 0 ? `, and up to ${committed} that the dead replica had committed` : ''}`,
      source: 'a cancellation is dealt like any other request; binomial, and less if the run ends first',
      predicted: (late * (1 - 1 / replicas)) / denominator,
      interval: [0, (high + committed) / denominator],
      measured: measured.value,
    },
  ];
};

/**
 * A call that is sent again. With a key that all replicas know it is carried out once. Without one, a call whose client let go
 * of it and whose server carries on all the same is carried out as often as it was sent.
 */
export const sentAgain: Row = (one) => {
  const { deployment, metrics, facts } = one;
  const step = streamStep(one);
  const measured = metrics.duplicate_execution;
  if (step?.stream === undefined || deployment.state !== 'shared' || !facts.streams) return [];
  if ('notApplicable' in measured) return [];
  const { keyed, unkeyed } = facts.streams.sentAgain;
  if (step.stream.idempotencyKey) {
    return [
      {
        id: 'keyed-again',
        metric: 'duplicate_execution',
        what: `operations carried out twice, ${keyed} of which were sent again with their key`,
        formula: '0',
        source:
          'a key is claimed once, and what is committed is kept with it; exact but for a death in between',
        predicted: 0,
        interval: [0, 0],
        measured: measured.value,
      },
    ];
  }
  const carriesOn = step.arguments.ignoreCancel === true;
  if (deployment.protocol !== '2026-07-28' || !nobodyLeaves(one) || !carriesOn) return [];
  return [
    {
      id: 'unkeyed-again',
      metric: 'duplicate_execution',
      what: `operations carried out twice: the ${unkeyed} that were sent again, of ${measured.denominator}`,
      formula: `${unkeyed}/${measured.denominator}`,
      source: 'nothing tells the server that a call is the same; exact, from the log',
      predicted: share(unkeyed, measured.denominator) ?? 0,
      interval: [share(unkeyed, measured.denominator) ?? 0, share(unkeyed, measured.denominator) ?? 0],
      measured: measured.value,
    },
  ];
};
