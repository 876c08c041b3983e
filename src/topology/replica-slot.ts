import { type Clock, HarnessError, interrupted } from '../core/index.ts';
import type { Provisioner, ReplicaExit, ReplicaSpec, RunningReplica } from './types.ts';

export interface SlotDeps {
  provisioner: Provisioner;
  replicaSpec: (replica: string, boot: number) => ReplicaSpec;
  clock: Clock;
  /** Called when a replica ends that has not been told to. */
  onUnexpectedExit: (replica: RunningReplica, exit: ReplicaExit) => void;
}

/** `r1`, `r2`, …: a place for one replica at a time, boot after boot. What happens in it happens in turn. */
export class ReplicaSlot {
  readonly replica: string;
  readonly #deps: SlotDeps;
  #boots = 0;
  #running: RunningReplica | undefined;
  #turns: Promise<unknown> = Promise.resolve();
  #turnsLeft = 0;

  constructor(replica: string, deps: SlotDeps) {
    this.replica = replica;
    this.#deps = deps;
  }

  /** The live replica; undefined from when it is being ended until another is ready. */
  get running(): RunningReplica | undefined {
    return this.#running;
  }

  /** Empty, and nothing is about to happen in it. */
  get isFree(): boolean {
    return this.#running === undefined && this.#turnsLeft === 0;
  }

  /** Runs `work` once all that was asked of the slot before is done, however it went. */
  inTurn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    this.#turnsLeft += 1;
    const turn = this.#turns.then(async () => {
      try {
        if (signal.aborted) throw interrupted(signal);
        return await work();
      } finally {
        this.#turnsLeft -= 1;
      }
    });
    this.#turns = turn.catch(() => {});
    return turn;
  }

  /** Resolves when nothing more is about to happen in it. */
  async settled(): Promise<void> {
    await this.#turns;
  }

  /** @throws HarnessError `usage` when there is none. */
  live(): RunningReplica {
    if (this.#running) return this.#running;
    throw new HarnessError('usage', `${this.replica} is not running`, {
      hint: 'An earlier fault has ended it; aim this one at another replica.',
    });
  }

  /** The next boot; resolves when it is ready. */
  async boot(signal: AbortSignal): Promise<RunningReplica> {
    const { provisioner, replicaSpec, onUnexpectedExit } = this.#deps;
    this.#boots += 1;
    const replica = await provisioner.start(replicaSpec(this.replica, this.#boots), signal);
    this.#running = replica;
    void replica.exited.then((exit) => {
      if (this.#running !== replica) return;
      this.#running = undefined;
      onUnexpectedExit(replica, exit);
    });
    return replica;
  }

  /** From now on the replica is no more counted as live, and its end is no surprise. */
  release(): RunningReplica {
    const replica = this.live();
    this.#running = undefined;
    return replica;
  }

  /** SIGTERM, and SIGKILL if it has not ended `graceMs` later or when `signal` aborts; resolves when it is gone. */
  async end(replica: RunningReplica, graceMs: number, signal: AbortSignal): Promise<void> {
    await replica.signal('SIGTERM');
    if (!(await this.#endsWithin(replica, graceMs, signal))) await replica.signal('SIGKILL');
    await replica.exited;
  }

  async #endsWithin(replica: RunningReplica, ms: number, signal: AbortSignal): Promise<boolean> {
    const { clock } = this.#deps;
    const ended = new AbortController();
    const exited = replica.exited.then(() => ended.abort());
    const timeUp = clock
      .sleepUntil(clock.nowUs() + ms * 1000, AbortSignal.any([ended.signal, signal]))
      .catch(() => {});
    await Promise.race([exited, timeUp]);
    return ended.signal.aborted;
  }
}
