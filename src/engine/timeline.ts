import { type Clock, HarnessError, messageOf, seededPrng } from '../core/index.ts';
import { type Fault, type FaultContext, faults } from '../faults/index.ts';
import type { EventSink, RunEvent } from '../record/index.ts';
import type { FaultStep, RunSpec } from '../scenario/index.ts';
import type { Topology } from '../topology/index.ts';

interface TimelineDeps {
  clock: Clock;
  events: EventSink<RunEvent>;
  topology: Topology;
  beginUs: number;
  signal: AbortSignal;
}

/**
 * Lets each fault of a run begin at its time; faults may overlap. Resolves when the last is over, rejects with
 * the first that could not be carried out, unless replicas have ended by themselves and so left it without a target.
 */
export async function runTimeline(spec: RunSpec, deps: TimelineDeps): Promise<void> {
  await Promise.all(spec.scenario.faults.map((step, index) => runFault(step, index, spec, deps)));
}

async function runFault(
  step: FaultStep & { atMs: number },
  index: number,
  spec: RunSpec,
  deps: TimelineDeps,
): Promise<void> {
  const { clock, events, topology, beginUs, signal } = deps;
  await clock.sleepUntil(beginUs + step.atMs * 1000, signal);
  const prng = seededPrng(spec.seed).fork(`fault ${index}`);
  const context: FaultContext = { topology, clock, prng, signal };
  // The table ties each name to its own step type; the compiler cannot follow that through an index.
  const fault = faults[step.fault] as Fault;
  const named = { fault: index, name: step.fault };
  try {
    const targets = fault.targets(step, context);
    events.write({ type: 'fault-began', atUs: clock.nowUs(), ...named, targets });
    await fault.strike(step, targets, context);
    events.write({ type: 'fault-ended', atUs: clock.nowUs(), ...named });
  } catch (error) {
    events.write({ type: 'fault-ended', atUs: clock.nowUs(), ...named, error: messageOf(error) });
    // Whom it was meant for ended before, by itself: no mistake of the scenario's.
    const isMoot = topology.lost > 0 && error instanceof HarnessError && error.code === 'usage';
    if (!isMoot) throw error;
  }
}
