import { writeSync } from 'node:fs';
import { constants } from 'node:os';
import { type Clock, HarnessError, messageOf } from '../../core/index.ts';
import type { EventSink, RunEvent } from '../../record/index.ts';
import { type LedgerNotes, noteLedger } from '../ledger-follower.ts';
import { openProcessLog, type ProcessLog } from '../process-log.ts';
import { cleanerFor } from '../replica-secrets.ts';
import { type UsageWatch, watchUsage } from '../replica-usage.ts';
import type { ContainerAfflictions, ReplicaExit, ReplicaSignal, ReplicaSpec } from '../types.ts';
import { usageOf } from './cgroup-usage.ts';
import { exhaustMemory } from './out-of-memory.ts';
import {
  type ContainerLimits,
  disconnect,
  type LiveContainer,
  reconnect,
  startContainer,
} from './run-container.ts';
import type { RunScope } from './run-scope.ts';

/** What the replicas of a run have in common. */
export interface ReplicaOptions {
  scope: RunScope;
  clock: Clock;
  events: EventSink<RunEvent>;
  /** Unless the replica's own spec names another. */
  image: string;
  /** Of ours, which has Node. */
  nodeImage: string;
  /** Of somebody else; ours has Node. */
  isForeign: boolean;
  /** Where its server listens. */
  port: number;
  mounts: readonly { from: string; to: string }[];
  limits: ContainerLimits;
}

/** A replica's container; whether it answers is not known yet. */
export interface ReplicaContainer {
  readonly live: LiveContainer;
  readonly exited: Promise<ReplicaExit>;
  readonly log: ProcessLog;
  /** Resolves when it writes something, from now on. */
  nextOutput(): Promise<void>;
  signal(name: ReplicaSignal): Promise<void>;
  sampleUsage(): void;
  readonly afflictions: ContainerAfflictions;
}

/** @throws HarnessError `usage` if there is no such image, `server` if it cannot be started. */
export async function startReplica(spec: ReplicaSpec, options: ReplicaOptions): Promise<ReplicaContainer> {
  const { scope, clock, events, port, mounts, limits, isForeign } = options;
  const image = spec.image ?? options.image;
  const log = openProcessLog(spec.logPath, cleanerFor(spec));
  const ledger = ledgerOf(spec, options);
  let output = Promise.withResolvers<void>();
  let live: LiveContainer;
  try {
    live = await startContainer(scope, {
      name: `${spec.replica}-${spec.boot}`,
      part: 'replica',
      image,
      ...(spec.command.length > 0 && { command: spec.command }),
      env: { HOST: '0.0.0.0', PORT: String(port), ...spec.env },
      mounts,
      limits,
      isForeign,
      onOutput(chunk, stream) {
        writeSync(log.fd, chunk);
        // Here and not from the log, where a line that comes in two pieces may have another stream's between them.
        if (stream === 'stdout') ledger?.push(chunk);
        output.resolve();
        output = Promise.withResolvers();
      },
    });
  } catch (error) {
    ledger?.end();
    log.close();
    throw error;
  }
  const slot = { replica: spec.replica, boot: spec.boot };
  events.write({ type: 'replica-started', atUs: clock.nowUs(), ...slot, pid: live.pid, image });
  const usage = watchUsage({ pid: live.pid, ...slot }, { clock, events, read: usageOf(live.container.id) });
  const nextOutput = () => output.promise;
  return replicaOver(live, spec, { log, nextOutput, ledger, usage }, options);
}

function ledgerOf(
  { replica, boot, ledgerPath }: ReplicaSpec,
  deps: Pick<ReplicaOptions, 'clock' | 'events'>,
): LedgerNotes | undefined {
  return ledgerPath === undefined ? undefined : noteLedger({ replica, boot, ledgerPath }, deps);
}

/** What is kept of a container while it lives. */
interface Watch extends Pick<ReplicaContainer, 'log' | 'nextOutput'> {
  ledger: LedgerNotes | undefined;
  usage: UsageWatch;
}

function replicaOver(
  live: LiveContainer,
  { replica, boot, path }: ReplicaSpec,
  { log, nextOutput, ledger, usage }: Watch,
  { scope, clock, events, port, nodeImage, isForeign }: ReplicaOptions,
): ReplicaContainer {
  const slot = { replica, boot };
  let isGone = false;
  let isToldToEnd = false;
  const exited = live.ended.then(({ exitCode, oomKilled }): ReplicaExit => {
    isGone = true;
    usage.stop();
    ledger?.end();
    const exit = { ...exitOf(exitCode), ...(oomKilled && { oomKilled }) };
    events.write({
      type: 'replica-exited',
      atUs: clock.nowUs(),
      ...slot,
      ...exit,
      expected: isToldToEnd,
    });
    const lastOutput = log.end();
    log.close();
    // What its removal meets is the scope's to see to.
    live.container.remove({ force: true, v: true }).catch(() => {});
    return { ...exit, lastOutput };
  });

  return {
    live,
    exited,
    log,
    nextOutput,
    async signal(name) {
      if (isGone) return;
      usage.sample();
      isToldToEnd ||= name === 'SIGTERM' || name === 'SIGKILL';
      events.write({ type: 'replica-signalled', atUs: clock.nowUs(), ...slot, signal: name });
      await send(live, name, slot.replica);
    },
    sampleUsage: () => usage.sample(),
    afflictions: {
      async exhaustMemory() {
        usage.sample();
        isToldToEnd = true;
        await exhaustMemory(scope, live, { hasNode: !isForeign, nodeImage });
        await exited;
      },
      disconnect: () => disconnect(scope, live),
      reconnect: async () => urlOf(await reconnect(scope, live), port, path),
    },
  };
}

/** A container stands still as a whole; any other signal goes to its first process. */
async function send({ container }: LiveContainer, name: ReplicaSignal, replica: string): Promise<void> {
  try {
    if (name === 'SIGSTOP') await container.pause();
    else if (name === 'SIGCONT') await container.unpause();
    else await container.kill({ signal: name });
  } catch (cause) {
    if (saysEnded(cause)) return;
    throw new HarnessError('internal', `${replica} cannot be sent ${name}: ${messageOf(cause)}`, { cause });
  }
}

/** It has ended in this moment: there is no such container, or it does not run, for which Podman has no code of its own. */
export function saysEnded(cause: unknown): boolean {
  const { statusCode } = cause as { statusCode?: number };
  if (statusCode === 404 || statusCode === 409) return true;
  return statusCode === 500 && /container state improper/.test(messageOf(cause));
}

/** A container that a signal has ended says 128 and its number, as a shell does. */
function exitOf(exitCode: number | null): Pick<ReplicaExit, 'exitCode' | 'signal'> {
  const number = (exitCode ?? 0) - 128;
  const name = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  return name === undefined ? { exitCode, signal: null } : { exitCode: null, signal: name };
}

export function urlOf(address: string, port: number, path: string): string {
  return `http://${address}:${port}${path}`;
}
