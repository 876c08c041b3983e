import { connect } from 'node:net';
import { type Clock, HarnessError, interrupted, revealed } from '../core/index.ts';
import { announcedOrigin } from './announced-origin.ts';
import { earlierListener, type Listener, ownerOf } from './listeners.ts';
import type { ServerAccess } from './mcp-ask.ts';
import { endProbeSession, probeMcp, sessionEndTimeoutMs } from './mcp-probe.ts';
import { answersStdio, otherTransport, stdioGreeting } from './other-transport.ts';
import { answersGet, matchesOutput } from './ready-when.ts';
import type { ReplicaProcess } from './replica-process.ts';
import { cleanerFor } from './replica-secrets.ts';
import type { ReplicaExit, ReplicaSpec } from './types.ts';

const outputPollMs = 10;
/** Doubled from probe to probe, for a server whose first answers are slow. */
const probeTimeoutMs = { first: 1_000, last: 16_000 };
/** Between probes: doubled from the first to the last. A server that listens is nearly always ready at once. */
const backoffMs = { first: 10, last: 100 };

/** Of a server that was given its port. */
const loopbackHosts = ['127.0.0.1', '[::1]'];
const connectTimeoutMs = 1_000;
/** How long a server may take to answer on standard output. */
const stdioAnswerMs = 2_000;

/** What a wait for readiness ends with. */
export interface Ready {
  url: string;
  /** When the answer came. */
  atUs: number;
}

export interface ReadinessDeps {
  clock: Clock;
  /** The port that it was given; 0: it says itself which it has. */
  port: number;
  /** What listened on this machine before it was started. */
  before: readonly Listener[];
  /** Called when it has said where it listens. */
  onListening(): void;
}

/**
 * Waits until the replica listens and is ready: by default until it has answered an MCP request.
 *
 * @throws HarnessError `server` if it exits or `readyTimeoutMs` pass first, `usage` if another listens where it says
 * that it does, `interrupted` if `signal` aborts.
 */
export async function untilReady(
  spec: ReplicaSpec,
  replica: ReplicaProcess,
  { clock, port, before, onListening }: ReadinessDeps,
  signal: AbortSignal,
): Promise<Ready> {
  const deadlineUs = clock.nowUs() + spec.readyTimeoutMs * 1000;
  const ended = new AbortController();
  void replica.exited.then((exit) => ended.abort(exit));
  const stop = AbortSignal.any([signal, ended.signal]);
  const progress: Progress = { problem: saysNothing };
  const wait: Wait = { spec, replica, clock, deadlineUs, stop, progress };

  try {
    const url = port === 0 ? await announcedUrl(wait) : await givenUrl(wait, port);
    if (url !== undefined) {
      refuseAnothers(spec, url, before);
      onListening();
      progress.url = url;
      progress.problem = `${url} has not answered`;
      const ready = await untilMet(url, wait);
      if (ready) return ready;
    }
  } catch (error) {
    if (!stop.aborted) throw error;
  }
  const told = stop.aborted ? '' : await whatElse(wait);
  if (ended.signal.aborted) {
    const exit = ended.signal.reason as ReplicaExit;
    throw failed(spec, `ended before it was ready (${describeExit(exit)})`, exit.lastOutput);
  }
  if (signal.aborted) throw interrupted(signal);
  const seconds = spec.readyTimeoutMs / 1000;
  throw failed(spec, `was not ready within ${seconds} s: ${progress.problem}${told}`, replica.log.end());
}

/** To whoever writes a port of their own choice into a command. */
export const portAdvice =
  'Write ${port} in place of a fixed port in `command` or `env`, so that every replica has one of its own; or end what listens there.';

/** It would be measured in its place, and be there after its end. */
function refuseAnothers({ replica }: ReplicaSpec, url: string, before: readonly Listener[]): void {
  const another = earlierListener(url, before);
  if (another === undefined) return;
  const owner = ownerOf(another);
  throw new HarnessError(
    'usage',
    `${replica} says that it listens on port ${another.port}, where another${owner === undefined ? '' : ` (${owner})`} has listened since before it was started`,
    { hint: portAdvice },
  );
}

const saysNothing = 'it has printed no http://127.0.0.1:PORT, and no port that it listens on';

interface Progress {
  problem: string;
  /** Where it listens, as soon as that is known. */
  url?: string;
}

/** What it speaks in place of Streamable HTTP, to be told beside what is wrong. */
async function whatElse({ spec, replica, clock, stop, progress }: Wait): Promise<string> {
  if (progress.url !== undefined) return otherTransport(progress.url, accessOf(spec), stop).catch(() => '');
  replica.say(stdioGreeting);
  const untilUs = clock.nowUs() + stdioAnswerMs * 1000;
  while (clock.nowUs() < untilUs && !stop.aborted) {
    if (answersStdio(replica.log.begin())) {
      return '; it speaks MCP over standard input and output only, and has to be started with Streamable HTTP';
    }
    await clock.sleepUntil(clock.nowUs() + outputPollMs * 1000, stop).catch(() => {});
  }
  return '';
}

function accessOf(spec: ReplicaSpec): ServerAccess {
  return { headers: revealed(spec.headers ?? {}, process.env, 'server.headers') };
}

/** What every part of the wait needs. */
interface Wait {
  spec: ReplicaSpec;
  replica: ReplicaProcess;
  clock: Clock;
  deadlineUs: number;
  stop: AbortSignal;
  progress: Progress;
}

async function announcedUrl({ spec, replica, clock, deadlineUs, stop }: Wait): Promise<string | undefined> {
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

/** A server that was told its port listens on 127.0.0.1 or, if it takes `localhost` for that, on [::1]. */
async function givenUrl(wait: Wait, port: number): Promise<string | undefined> {
  const { spec, replica, clock, deadlineUs, stop, progress } = wait;
  while (clock.nowUs() < deadlineUs) {
    for (const host of loopbackHosts) {
      if (await accepts(host, port, stop)) return `http://${host}:${port}${spec.path}`;
    }
    const elsewhere = announcedOrigin(replica.log.begin(), true);
    const isElsewhere = elsewhere !== undefined && new URL(elsewhere).port !== String(port);
    progress.problem = `nothing listens on port ${port}, which it was given${isElsewhere ? `; it has announced ${elsewhere}` : ''}`;
    await clock.sleepUntil(clock.nowUs() + outputPollMs * 1000, stop);
  }
  return undefined;
}

function accepts(host: string, port: number, stop: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({
      host: host.replace(/^\[|\]$/g, ''),
      port,
      signal: stop,
      timeout: connectTimeoutMs,
    });
    const settle = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('connect', () => settle(true));
    socket.once('timeout', () => settle(false));
    socket.on('error', () => settle(false));
  });
}

/** Asks until what the spec takes for readiness is there. */
async function untilMet(url: string, wait: Wait): Promise<Ready | undefined> {
  const { spec, clock, deadlineUs, stop, progress } = wait;
  const access = accessOf(spec);
  let waitMs = backoffMs.first;
  let timeoutMs = probeTimeoutMs.first;
  while (clock.nowUs() < deadlineUs) {
    const leftMs = Math.ceil((deadlineUs - clock.nowUs()) / 1000);
    const outcome = await isMet(url, wait, access, within(Math.min(leftMs, timeoutMs), stop));
    if (outcome.ready) {
      const atUs = clock.nowUs();
      if (outcome.sessionId !== undefined) {
        await endProbeSession(url, outcome.sessionId, within(sessionEndTimeoutMs, stop), access);
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

type Outcome = { ready: true; sessionId?: string } | { ready: false; why: string };

async function isMet(url: string, wait: Wait, access: ServerAccess, signal: AbortSignal): Promise<Outcome> {
  const { readyWhen, protocol } = wait.spec;
  if (readyWhen === undefined) return probeMcp(url, protocol, signal, access);
  if ('output' in readyWhen) return matchesOutput(wait.replica.log.begin(), readyWhen.output);
  return answersGet(url, readyWhen.path, signal, access);
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
  // What it answers is repeated too.
  const told = cleanerFor(spec)(`${spec.replica} (boot ${spec.boot}) ${what}. ${output}`);
  return new HarnessError('server', told, {
    hint: `All it wrote is in ${spec.logPath}`,
  });
}
