import { HarnessError, interrupted } from '../core/index.ts';
import { freePort, portTaken } from './free-port.ts';
import { heldEvents } from './held-events.ts';
import { listeners } from './listeners.ts';
import { portAdvice, untilReady } from './readiness.ts';
import { type ProcessDeps, type ReplicaProcess, spawnReplica, wantsPort } from './replica-process.ts';
import type { Provisioner, ReplicaSpec, RunningReplica } from './types.ts';

export interface ProvisionerDeps extends ProcessDeps {
  /** By default one that is free at that moment. */
  choosePort?: () => Promise<number>;
}

/** Each is free when it is chosen; that all of them are taken in the moment after is no coincidence. */
const portsToTry = 5;

/**
 * Replicas as processes of this machine. Each is a process group of its own, with a lifeline (stdin), its
 * output in `spec.logPath`, and registered with the guard.
 */
export function processProvisioner(deps: ProvisionerDeps): Provisioner {
  const alive = new Set<ReplicaProcess>();
  let isDisposed = false;

  const startOn = async (spec: ReplicaSpec, port: number, own: ProcessDeps, signal: AbortSignal) => {
    const slot = { replica: spec.replica, boot: spec.boot };
    // A command of somebody else may have a port of its own choice. One that is picked was free a moment ago.
    const before = port === 0 && spec.mayFork ? listeners() : [];
    const replica = await spawnReplica(spec, own, port);
    alive.add(replica);
    void replica.exited.then(() => alive.delete(replica));
    try {
      // What is disposed while it starts would otherwise be left out.
      if (isDisposed) throw new HarnessError('internal', `${spec.replica} cannot start: all is being ended`);
      const onListening = () => {
        own.events.write({ type: 'replica-listening', atUs: own.clock.nowUs(), ...slot });
      };
      const ready = await untilReady(spec, replica, { clock: own.clock, port, before, onListening }, signal);
      return running(spec, replica, ready.url, ready.atUs, own);
    } catch (error) {
      await ended(replica);
      const { lastOutput } = await replica.exited;
      if (!(error instanceof HarnessError) || !portTaken.test(lastOutput)) throw error;
      if (port !== 0) return error;
      throw new HarnessError('usage', error.message, { hint: portAdvice, cause: error });
    }
  };

  /** Another process may take a port between its being chosen and its being used; then it is another's turn. */
  const startOnFreePort = async (spec: ReplicaSpec, signal: AbortSignal): Promise<RunningReplica> => {
    const choosePort = deps.choosePort ?? freePort;
    for (let n = 1; ; n++) {
      const held = heldEvents(deps.events);
      let started: RunningReplica | HarnessError | undefined;
      try {
        started = await startOn(spec, await choosePort(), { ...deps, events: held }, signal);
      } finally {
        // Of a start that only had the wrong port, the run knows nothing.
        if (!(started instanceof HarnessError) || n === portsToTry) held.release();
      }
      if (!(started instanceof HarnessError)) return started;
      if (n === portsToTry) throw started;
    }
  };

  return {
    async start(spec, signal) {
      if (signal.aborted) throw interrupted(signal);
      const slot = { replica: spec.replica, boot: spec.boot };
      deps.events.write({ type: 'replica-ordered', atUs: deps.clock.nowUs(), ...slot });
      if (wantsPort(spec)) return startOnFreePort(spec, signal);
      const started = await startOn(spec, 0, deps, signal);
      if (started instanceof HarnessError) throw started;
      return started;
    },
    async [Symbol.asyncDispose]() {
      isDisposed = true;
      await Promise.all([...alive].map(ended));
    },
  };
}

function running(
  spec: ReplicaSpec,
  replica: ReplicaProcess,
  url: string,
  atUs: number,
  deps: ProcessDeps,
): RunningReplica {
  const { replica: name, boot } = spec;
  deps.events.write({ type: 'replica-ready', atUs, replica: name, boot, url });
  // Where the workload's share of CPU and memory begins: not with what it took to start.
  replica.sampleUsage();
  const { pid, exited, signal } = replica;
  return { replica: name, boot, url, pid, exited, signal };
}

/** SIGKILL cannot be refused, so this wait ends; a process that hangs in the kernel is the warden's. */
async function ended(replica: ReplicaProcess): Promise<void> {
  replica.signal('SIGKILL');
  await replica.exited;
}
