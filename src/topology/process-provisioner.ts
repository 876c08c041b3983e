import { HarnessError, interrupted } from '../core/index.ts';
import { untilReady } from './readiness.ts';
import { type ProcessDeps, type ReplicaProcess, spawnReplica } from './replica-process.ts';
import type { Provisioner, ReplicaSpec, RunningReplica } from './types.ts';

/**
 * Replicas as processes of this machine. Each is a process group of its own, with a lifeline (stdin), its
 * output in `spec.logPath`, and registered with the guard.
 */
export function processProvisioner(deps: ProcessDeps): Provisioner {
  const alive = new Set<ReplicaProcess>();
  let isDisposed = false;

  return {
    async start(spec, signal) {
      if (signal.aborted) throw interrupted(signal);
      const slot = { replica: spec.replica, boot: spec.boot };
      deps.events.write({ type: 'replica-ordered', atUs: deps.clock.nowUs(), ...slot });
      const replica = await spawnReplica(spec, deps);
      alive.add(replica);
      void replica.exited.then(() => alive.delete(replica));
      try {
        // What is disposed while it starts would otherwise be left out.
        if (isDisposed)
          throw new HarnessError('internal', `${spec.replica} cannot start: all is being ended`);
        const onListening = () => {
          deps.events.write({ type: 'replica-listening', atUs: deps.clock.nowUs(), ...slot });
        };
        const ready = await untilReady(spec, replica, { clock: deps.clock, onListening }, signal);
        return running(spec, replica, ready.url, ready.atUs, deps);
      } catch (error) {
        await ended(replica);
        throw error;
      }
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
