import { type Clock, HarnessError } from '../core/index.ts';
import { asContainer, cutOff } from './container-faults.ts';
import type { ReplicaSlot } from './replica-slot.ts';
import { type ReplicaSlots, replicaSlots } from './replica-slots.ts';
import type { Balancer, Provisioner, ReplicaSpec, RunningReplica, Topology } from './types.ts';
import { allDone, orAborted } from './waits.ts';

export interface TopologyOptions {
  /** Disposed with the topology. */
  provisioner: Provisioner;
  /** Called at once, beside the replicas' start; what it gives is disposed with the topology. */
  startBalancer: (signal: AbortSignal) => Promise<Balancer>;
  /** What to start as boot 1, 2, … of `r1`, `r2`, …; `release` is what `Topology.release` was given last. */
  replicaSpec: (replica: string, boot: number, release: string | undefined) => ReplicaSpec;
  /** What replicas share, disposed when the last of them is down: they write to it until then. */
  store?: AsyncDisposable;
  /** Replicas at the begin. */
  count: number;
  clock: Clock;
  /** Cuts the start short. Each operation has a signal of its own. */
  signal: AbortSignal;
}

/** After SIGTERM, where an operation names no time of its own: at the end of the run, and after a drain. */
const endGraceMs = 1_000;

/**
 * Brings replicas and balancer up at the same time; resolves when all replicas are ready and balanced.
 *
 * @throws HarnessError what the first that failed has thrown; everything else is down again by then.
 */
export async function createTopology(options: TopologyOptions): Promise<Topology> {
  const topology = new LiveTopology(options);
  try {
    await topology.start(options.count, options.signal);
    return topology;
  } catch (error) {
    await topology[Symbol.asyncDispose]();
    throw error;
  }
}

class LiveTopology implements Topology {
  readonly broken: Promise<never>;
  readonly #options: TopologyOptions;
  readonly #slots: ReplicaSlots;
  readonly #ended = new AbortController();
  readonly #balancer: Promise<Balancer>;
  #entryUrl = '';
  #scaling: Promise<unknown> = Promise.resolve();
  #lost = 0;
  #release: string | undefined;
  #down: Promise<void> | undefined;

  constructor(options: TopologyOptions) {
    const { provisioner, replicaSpec, clock, startBalancer, signal } = options;
    const broken = Promise.withResolvers<never>();
    // Nobody has to listen.
    broken.promise.catch(() => {});
    this.broken = broken.promise;
    this.#options = options;
    this.#slots = replicaSlots({
      provisioner,
      replicaSpec: (replica, boot) => replicaSpec(replica, boot, this.#release),
      clock,
      onUnexpectedExit: ({ replica }) => {
        this.#lost += 1;
        // As after a crash without replacement: nobody will come back there.
        this.#balancer.then((balancer) => balancer.remove(replica)).catch(broken.reject);
      },
    });
    this.#balancer = startBalancer(AbortSignal.any([signal, this.#ended.signal]));
    this.#balancer.then((balancer) => balancer.broken).catch(broken.reject);
  }

  get entryUrl(): string {
    return this.#entryUrl;
  }

  get lost(): number {
    return this.#lost;
  }

  async start(count: number, signal: AbortSignal): Promise<void> {
    const balanced = Promise.all(this.#slots.vacant(count).map((slot) => this.#fill(slot, signal)));
    // The first failure decides; the others are told by the disposal that follows.
    const [balancer] = await Promise.all([this.#balancer, balanced]);
    this.#entryUrl = balancer.entryUrl;
  }

  replicas(): readonly RunningReplica[] {
    return this.#slots.all().flatMap((slot) => slot.running ?? []);
  }

  async restart(replica: string, options: { graceMs: number }, signal: AbortSignal): Promise<void> {
    await this.#inSlot(this.#slots.of(replica), signal, async (slot, stop) => {
      const balancer = await this.#balancer;
      const old = slot.release();
      await balancer.remove(replica);
      // What it was given it may answer; a busy one has not even read it all when SIGTERM comes.
      await orAborted(balancer.drained(replica, options.graceMs), stop);
      await slot.end(old, options.graceMs, stop);
      const fresh = await slot.boot(stop);
      await balancer.add(replica, fresh.url);
    });
  }

  async crash(replica: string, options: { replace: boolean }, signal: AbortSignal): Promise<void> {
    await this.#inSlot(this.#slots.of(replica), signal, async (slot, stop) => {
      const balancer = await this.#balancer;
      const old = slot.release();
      await old.signal('SIGKILL');
      await old.exited;
      await this.#succeed(slot, balancer, options, stop);
    });
  }

  async exhaustMemory(replica: string, options: { replace: boolean }, signal: AbortSignal): Promise<void> {
    await this.#inSlot(this.#slots.of(replica), signal, async (slot, stop) => {
      const balancer = await this.#balancer;
      const container = asContainer(slot.live());
      slot.release();
      await container.exhaustMemory();
      await this.#succeed(slot, balancer, options, stop);
    });
  }

  /** After a sudden death. */
  async #succeed(
    slot: ReplicaSlot,
    balancer: Balancer,
    { replace }: { replace: boolean },
    stop: AbortSignal,
  ): Promise<void> {
    if (!replace) {
      // Nobody will come back there; a balancer with health checks would have it out by now.
      await balancer.remove(slot.replica);
      return;
    }
    const fresh = await slot.boot(stop);
    await balancer.add(slot.replica, fresh.url);
  }

  async disconnect(replica: string, durationMs: number, signal: AbortSignal): Promise<void> {
    await this.#inSlot(this.#slots.of(replica), signal, async (slot, stop) => {
      await cutOff(slot, durationMs, { balancer: await this.#balancer, clock: this.#options.clock }, stop);
    });
  }

  release(image: string): void {
    this.#assertUp();
    this.#release = image;
  }

  async freeze(replica: string, durationMs: number, signal: AbortSignal): Promise<void> {
    await this.#inSlot(this.#slots.of(replica), signal, async (slot, stop) => {
      const { clock } = this.#options;
      const frozen = slot.live();
      await frozen.signal('SIGSTOP');
      try {
        await clock.sleepUntil(clock.nowUs() + durationMs * 1000, stop);
      } finally {
        await frozen.signal('SIGCONT');
      }
    });
  }

  async scaleTo(count: number, options: { drainMs: number }, signal: AbortSignal): Promise<void> {
    this.#assertUp();
    if (!Number.isInteger(count) || count < 0) {
      throw new HarnessError('usage', `cannot scale to ${count} replicas`);
    }
    const scaled = this.#scaling.then(async () => {
      const live = this.#slots.all().filter((slot) => slot.running);
      const added = this.#slots.vacant(count - live.length).map((slot) => this.#fill(slot, signal));
      const removed = live.slice(count).map((slot) => this.#empty(slot, options.drainMs, signal));
      await allDone([...added, ...removed]);
    });
    this.#scaling = scaled.catch(() => {});
    await scaled;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#down ??= this.#takeDown();
    return this.#down;
  }

  async #takeDown(): Promise<void> {
    this.#ended.abort(new HarnessError('internal', 'the topology is down'));
    const { provisioner, store } = this.#options;
    const balancer = this.#balancer.then(
      (started) => started[Symbol.asyncDispose](),
      () => {},
    );
    const slots = this.#slots.all().map(async (slot) => {
      await slot.settled();
      if (!slot.running) return;
      const last = slot.release();
      await slot.end(last, endGraceMs, new AbortController().signal);
    });
    await Promise.allSettled([balancer, ...slots]);
    // What is left is what was interrupted on its way up or down.
    try {
      await provisioner[Symbol.asyncDispose]();
    } finally {
      await store?.[Symbol.asyncDispose]();
    }
  }

  /** Into an empty slot: a boot, ready and balanced. */
  async #fill(slot: ReplicaSlot, signal: AbortSignal): Promise<void> {
    await this.#inSlot(slot, signal, async (_slot, stop) => {
      const fresh = await slot.boot(stop);
      const balancer = await this.#balancer;
      await balancer.add(slot.replica, fresh.url);
    });
  }

  async #empty(slot: ReplicaSlot, drainMs: number, signal: AbortSignal): Promise<void> {
    await this.#inSlot(slot, signal, async (_slot, stop) => {
      const balancer = await this.#balancer;
      const old = slot.release();
      await balancer.remove(slot.replica);
      await orAborted(balancer.drained(slot.replica, drainMs), stop);
      await slot.end(old, endGraceMs, stop);
    });
  }

  async #inSlot(
    slot: ReplicaSlot,
    signal: AbortSignal,
    work: (slot: ReplicaSlot, stop: AbortSignal) => Promise<void>,
  ): Promise<void> {
    this.#assertUp();
    const stop = AbortSignal.any([signal, this.#ended.signal]);
    await slot.inTurn(stop, () => work(slot, stop));
  }

  #assertUp(): void {
    if (this.#down)
      throw new HarnessError('internal', 'the topology is down; nothing more can be done to it');
  }
}
