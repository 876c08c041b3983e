import { type Clock, HarnessError, interrupted } from '../core/index.ts';
import { announcedOrigin } from './announced-origin.ts';
import { endProbeSession, probeMcp } from './mcp-probe.ts';
import type { ReplicaProcess } from './replica-process.ts';
import type { ReplicaExit, ReplicaSpec } from './types.ts';

const outputPollMs = 10;
/** Doubled from probe to probe, for a server whose first answers are slow. */
const probeTimeoutMs = { first: 1_000, last: 16_000 };
const sessionEndTimeoutMs = 1_000;
/** Between probes: doubled from the first to the last. A server that listens is nearly always ready at once. */
const backoffMs = { first: 10, last: 100 };

/** What a wait for readiness ends with. */
export interface Ready {
  url: string;
  /** When the answer came. */
  atUs: number;
}

export interface ReadinessDeps {
  clock: Clock;
  /** Called when it has said where it listens. */
  onListening(): void;
}

/**
 * Waits until the replica has said where it listens and has answered an MCP request there.
 *
 * @throws HarnessError `server` if it exits or `readyTimeoutMs` pass first, `interrupted` if `signal` aborts.
 */
export async function untilReady(
  spec: ReplicaSpec,
  replica: ReplicaProcess,
  { clock, onListening }: ReadinessDeps,
  signal: AbortSignal,
): Promise<Ready> {
  const deadlineUs = clock.nowUs() + spec.readyTimeoutMs * 1000;
  const ended = new AbortController();
  void replica.exited.then((exit) => ended.abort(exit));
  const stop = AbortSignal.any([signal, ended.signal]);
  const progress: Progress = { problem: 'it has printed no http://127.0.0.1:PORT' };

  try {
    const url = await addressOf(spec, replica, clock, deadlineUs, stop);
    if (url !== undefined) {
      onListening();
      progress.problem = `${url} has not answered`;
      const ready = await firstAnswer(url, spec, clock, deadlineUs, stop, progress);
      if (ready) return ready;
    }
  } catch (error) {
    if (!stop.aborted) throw error;
  }
  if (ended.signal.aborted) {
    const exit = ended.signal.reason as ReplicaExit;
    throw failed(spec, `ended before it was ready (${describeExit(exit)})`, exit.lastOutput);
  }
  if (signal.aborted) throw interrupted(signal);
  const seconds = spec.readyTimeoutMs / 1000;
  throw failed(spec, `was not ready within ${seconds} s: ${progress.problem}`, replica.log.end());
}

interface Progress {
  problem: string;
}

async function addressOf(
  spec: ReplicaSpec,
  replica: ReplicaProcess,
  clock: Clock,
  deadlineUs: number,
  stop: AbortSignal,
): Promise<string | undefined> {
  let lastLength = -1;
  while (clock.nowUs() < deadlineUs) {
    await clock.sleepUntil(clock.nowUs() + outputPollMs * 1000, stop);
    const output = replica.log.begin();
    const origin = announcedOrigin(output, output.length === lastLength);
    if (origin !== undefined) return origin + spec.path;
    lastLength = output.length;
  }
  return undefined;
}

async function firstAnswer(
  url: string,
  spec: ReplicaSpec,
  clock: Clock,
  deadlineUs: number,
  stop: AbortSignal,
  progress: Progress,
): Promise<Ready | undefined> {
  let waitMs = backoffMs.first;
  let timeoutMs = probeTimeoutMs.first;
  while (clock.nowUs() < deadlineUs) {
    const leftMs = Math.ceil((deadlineUs - clock.nowUs()) / 1000);
    const outcome = await probeMcp(url, spec.protocol, within(Math.min(leftMs, timeoutMs), stop));
    if (outcome.ready) {
      const atUs = clock.nowUs();
      if (outcome.sessionId !== undefined) {
        await endProbeSession(url, outcome.sessionId, within(sessionEndTimeoutMs, stop));
      }
      return { url, atUs };
    }
    progress.problem = `${url}: ${outcome.why}`;
    await clock.sleepUntil(Math.min(clock.nowUs() + waitMs * 1000, deadlineUs), stop);
    waitMs = Math.min(waitMs * 2, backoffMs.last);
    timeoutMs = Math.min(timeoutMs * 2, probeTimeoutMs.last);
  }
  return undefined;
}

function within(ms: number, stop: AbortSignal): AbortSignal {
  return AbortSignal.any([stop, AbortSignal.timeout(ms)]);
}

/** `exit code 1`, `SIGKILL`, `out of memory`. */
export function describeExit(exit: ReplicaExit): string {
  if (exit.oomKilled) return 'out of memory';
  return exit.signal ?? `exit code ${exit.exitCode}`;
}

function failed(spec: ReplicaSpec, what: string, lastOutput: string): HarnessError {
  const output = lastOutput === '' ? 'It wrote nothing.' : `Its last output:\n${lastOutput}`;
  return new HarnessError('server', `${spec.replica} (boot ${spec.boot}) ${what}. ${output}`, {
    hint: `All it wrote is in ${spec.logPath}`,
  });
}
