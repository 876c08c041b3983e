import { type Clock, HarnessError, seededPrng } from '../../src/core/index.ts';
import { type FaultContext, faults } from '../../src/faults/index.ts';
import type { FaultStep } from '../../src/scenario/index.ts';
import {
  type Balancer,
  createTopology,
  type Provisioner,
  type ReplicaExit,
  type ReplicaSpec,
  type RunningReplica,
  type Topology,
} from '../../src/topology/index.ts';
import { fakeClock } from '../support/fake-clock.ts';

/** The real topology, over containers and a balancer that only note what is done to them. */
export interface Contained extends AsyncDisposable {
  topology: Topology;
  clock: Clock;
  /** What has happened since all were up, in order. */
  done: string[];
  /** Draws the targets of a fault and has it strike, as the engine does. */
  strike(step: FaultStep, signal?: AbortSignal): Promise<string[]>;
}

export interface ContainedOptions {
  /** Called with each thing that is noted, at that moment. */
  onDone?(what: string): unknown;
  /** Whether the engine gives a replica that comes back the address that it had. */
  keepsAddress?: boolean;
  /** The boot that does not come up. */
  failing?: string;
  /** Of processes of this machine in place of containers. */
  areProcesses?: boolean;
}

export async function contained(options: ContainedOptions = {}): Promise<Contained> {
  const done: string[] = [];
  const note: Note = (what) => {
    done.push(what);
    options.onDone?.(what);
  };
  const clock = fakeClock();
  const topology = await createTopology({
    provisioner: notingProvisioner(note, options),
    startBalancer: async () => notingBalancer(note),
    replicaSpec: (replica, boot, release) => ({ replica, boot, image: release ?? 'first' }) as ReplicaSpec,
    count: 3,
    clock,
    signal: new AbortController().signal,
  });
  done.length = 0;
  return {
    topology,
    clock,
    done,
    async strike(step, signal = new AbortController().signal) {
      const context: FaultContext = { topology, clock, prng: seededPrng(1), signal };
      const fault = faults[step.fault] as (typeof faults)['rollout'];
      const targets = fault.targets(step as never, context);
      await fault.strike(step as never, targets, context);
      return targets;
    },
    [Symbol.asyncDispose]: () => topology[Symbol.asyncDispose](),
  };
}

type Note = (what: string) => void;

function notingProvisioner(note: Note, options: ContainedOptions): Provisioner {
  return {
    async start({ replica, boot, image }) {
      const name = `${replica}:${boot}`;
      if (options.failing === name) throw new HarnessError('server', `${name} did not start`);
      note(`start ${name} of ${image}`);
      return notingReplica(replica, boot, note, options);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

function notingReplica(
  replica: string,
  boot: number,
  note: Note,
  { keepsAddress = true, areProcesses = false }: ContainedOptions,
): RunningReplica {
  const name = `${replica}:${boot}`;
  const { promise: exited, resolve } = Promise.withResolvers<ReplicaExit>();
  const ends = (how: string) => {
    note(`${how} ${name}`);
    resolve({ exitCode: null, signal: null, lastOutput: '' });
  };
  const url = `http://${replica}.${boot}/mcp`;
  const container = {
    exhaustMemory: async () => ends('exhaust'),
    disconnect: async () => note(`cut off ${name}`),
    async reconnect() {
      note(`take back ${name}`);
      return keepsAddress ? url : `${url}/again`;
    },
  };
  return { replica, boot, url, pid: 1, exited, signal: ends, ...(!areProcesses && { container }) };
}

function notingBalancer(note: Note): Balancer {
  return {
    entryUrl: 'http://127.0.0.1:1/mcp',
    add: async (replica, url) => note(`add ${replica} at ${url}`),
    remove: async (replica) => note(`remove ${replica}`),
    drained: async () => 0,
    broken: new Promise<never>(() => {}),
    [Symbol.asyncDispose]: async () => {},
  };
}
