import { type Clock, HarnessError, messageOf, wallClockIso } from '../core/index.ts';
import type { EventSink, RunEvent } from '../record/index.ts';
import type { RunSpec } from '../scenario/index.ts';
import type { Topology } from '../topology/index.ts';
import { runTimeline } from './timeline.ts';

/** What a run needs of the world; the command line picks real ones, a test picks fakes. */
export interface RunDeps {
  clock: Clock;
  events: EventSink<RunEvent>;
  /** Brings the deployment up. */
  provision(spec: RunSpec, signal: AbortSignal): Promise<Topology>;
  /** Brings up what will carry the workload out, so that it can begin at once. */
  startGenerator(spec: RunSpec, signal: AbortSignal): Promise<Generator>;
  /** Called once the workload has begun, with its begin on `clock`. */
  onBegin(beginUs: number): void;
}

/** The load of a run: in threads of a process of its own or, in a test, right here. */
export interface Generator extends AsyncDisposable {
  /** Resolves when the last client has left and what it did is recorded; soon after `signal` aborts. */
  run(start: WorkloadStart, signal: AbortSignal): Promise<void>;
}

export interface WorkloadStart {
  entryUrl: string;
  /** What to connect to, where the URL's host is not to be looked up again. */
  entryAddress?: string | undefined;
  beginUs: number;
}

/** Between everything being ready and the first arrival, so that nothing begins late. */
const leadUs = 20_000;

/**
 * Carries one run out: topology up, workload and faults, and, whatever happens, topology down. What happened
 * is in the event log; the return value only says whether the run was completed or cut short by `signal`.
 *
 * @throws HarnessError `server` or `internal` when there is nothing sound to judge: a replica that does not
 * start, a balancer that dies, a fault that cannot be carried out.
 */
export async function run(
  spec: RunSpec,
  deps: RunDeps,
  signal: AbortSignal,
): Promise<'completed' | 'interrupted'> {
  const { clock, events } = deps;
  events.write({
    type: 'run-began',
    atUs: clock.nowUs(),
    scenario: spec.scenario.name,
    deployment: spec.deployment.name,
    repeat: spec.repeat,
    startedAt: wallClockIso(),
  });
  try {
    await actOut(spec, deps, signal);
    events.write({ type: 'run-ended', atUs: clock.nowUs(), how: 'completed' });
    return 'completed';
  } catch (error) {
    if (signal.aborted) {
      events.write({ type: 'run-ended', atUs: clock.nowUs(), how: 'interrupted' });
      return 'interrupted';
    }
    events.write({ type: 'run-ended', atUs: clock.nowUs(), how: 'failed', reason: messageOf(error) });
    throw error;
  } finally {
    events.flush();
  }
}

async function actOut(spec: RunSpec, deps: RunDeps, signal: AbortSignal): Promise<void> {
  const { clock, events } = deps;
  // Ends everything that is under way when one part of the run fails.
  const stop = new AbortController();
  const running = AbortSignal.any([signal, stop.signal]);

  await using up = await bringUp(spec, deps, signal);
  const { topology, generator } = up;
  const { entryUrl, entryAddress } = topology;
  const beginUs = clock.nowUs() + leadUs;
  events.write({ type: 'workload-began', atUs: beginUs, clients: spec.scenario.workload.sessions });
  // The balancer writes to the same file; no line of its clients' requests may come before this one.
  events.flush();
  deps.onBegin(beginUs);

  const parts = [
    runTimeline(spec, { clock, events, topology, beginUs, signal: running }),
    generator.run({ entryUrl, entryAddress, beginUs }, running),
  ];
  try {
    await Promise.race([Promise.all(parts), topology.broken]);
  } finally {
    stop.abort();
    await Promise.allSettled(parts);
  }
  if (signal.aborted) throw new HarnessError('interrupted', 'the run was cut short');
  events.write({ type: 'workload-ended', atUs: clock.nowUs() });
}

/** Deployment and load generator, side by side; both down again if one of them fails. */
async function bringUp(
  spec: RunSpec,
  deps: RunDeps,
  signal: AbortSignal,
): Promise<AsyncDisposable & { topology: Topology; generator: Generator }> {
  const [topology, generator] = await Promise.allSettled([
    deps.provision(spec, signal),
    deps.startGenerator(spec, signal),
  ]);
  const takeDown = async () => {
    // The clients first: what they would see of the end is no part of the run.
    if (generator.status === 'fulfilled') await generator.value[Symbol.asyncDispose]();
    if (topology.status === 'fulfilled') await topology.value[Symbol.asyncDispose]();
  };
  if (topology.status === 'fulfilled' && generator.status === 'fulfilled') {
    return { topology: topology.value, generator: generator.value, [Symbol.asyncDispose]: takeDown };
  }
  await takeDown();
  throw topology.status === 'rejected' ? topology.reason : (generator as PromiseRejectedResult).reason;
}
