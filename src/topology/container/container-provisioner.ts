import { HarnessError, interrupted } from '../../core/index.ts';
import type { EmbeddedBalancer } from '../balancer/balancer-link.ts';
import type { Provisioner } from '../types.ts';
import { untilAnswering } from './readiness.ts';
import { type ReplicaContainer, type ReplicaOptions, startReplica, urlOf } from './replica-container.ts';

export interface ContainerProvisionerOptions extends ReplicaOptions {
  /** Asks the servers from within their network. */
  balancer: Promise<Pick<EmbeddedBalancer, 'probe'>>;
}

/** Replicas as containers on the run's network. What is left of them is removed with the run's scope. */
export function containerProvisioner(options: ContainerProvisionerOptions): Provisioner {
  const { clock, events, port } = options;
  const alive = new Set<ReplicaContainer>();
  let isDisposed = false;

  return {
    async start(spec, signal) {
      if (signal.aborted) throw interrupted(signal);
      const slot = { replica: spec.replica, boot: spec.boot };
      events.write({ type: 'replica-ordered', atUs: clock.nowUs(), ...slot });
      const replica = await startReplica(spec, options);
      alive.add(replica);
      void replica.exited.then(() => alive.delete(replica));
      try {
        // What is disposed while it starts would otherwise be left out.
        if (isDisposed)
          throw new HarnessError('internal', `${spec.replica} cannot start: all is being ended`);
        const url = urlOf(replica.live.address, port, spec.path);
        const onListening = () => {
          events.write({ type: 'replica-listening', atUs: clock.nowUs(), ...slot });
        };
        const balancer = await options.balancer;
        const atUs = await untilAnswering(spec, { url, port, replica, clock, balancer, onListening }, signal);
        events.write({ type: 'replica-ready', atUs, ...slot, url });
        // Where the workload's share of CPU and memory begins: not with what it took to start.
        replica.sampleUsage();
        const { exited, live, signal: send, afflictions: container } = replica;
        return { ...slot, url, pid: live.pid, exited, signal: send, container };
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

async function ended(replica: ReplicaContainer): Promise<void> {
  await replica.signal('SIGKILL');
  await replica.exited;
}
