import { type Clock, HarnessError, interrupted } from '../../core/index.ts';
import type { EmbeddedBalancer } from '../balancer/balancer-link.ts';
import { type Listener, listeners } from '../listeners.ts';
import { describeExit } from '../readiness.ts';
import { matchesOutput, type ReadyOutcome } from '../ready-when.ts';
import { cleanerFor } from '../replica-secrets.ts';
import type { ReplicaExit, ReplicaSpec } from '../types.ts';
import type { ReplicaContainer } from './replica-container.ts';

/** Doubled from probe to probe, for a server whose first answers are slow. */
const probeTimeoutMs = { first: 1_000, last: 16_000 };
/** Between probes: doubled from the first to the last. */
const backoffMs = { first: 25, last: 200 };
/** However much it writes. */
const probeGapMsMin = 10;

export interface AnsweringDeps {
  /** Where it should answer. */
  url: string;
  port: number;
  replica: Pick<ReplicaContainer, 'exited' | 'log' | 'live' | 'nextOutput'>;
  clock: Clock;
  balancer: Pick<EmbeddedBalancer, 'probe'>;
  /** Called when it has answered at all. */
  onListening(): void;
}

/**
 * Waits until a server in a container is ready: by default until it answers an MCP request that comes from where the
 * clients' will come. Resolves to when that was.
 *
 * @throws HarnessError `server` if it ends or `readyTimeoutMs` pass first, `interrupted` if `signal` aborts.
 */
export async function untilAnswering(
  spec: ReplicaSpec,
  deps: AnsweringDeps,
  signal: AbortSignal,
): Promise<number> {
  const { url, replica } = deps;
  const ended = new AbortController();
  void replica.exited.then((exit) => ended.abort(exit));
  const stop = AbortSignal.any([signal, ended.signal]);
  const progress = { problem: `${url} has not answered` };
  try {
    const atUs = await firstAnswer(spec, deps, stop, progress);
    if (atUs !== undefined) return atUs;
  } catch (error) {
    if (!stop.aborted) throw error;
  }
  if (ended.signal.aborted) {
    const exit = ended.signal.reason as ReplicaExit;
    const what = `ended before it was ready (${describeExit(exit)})`;
    throw failed(
      spec,
      what,
      exit.lastOutput,
      exit.oomKilled ? 'Raise `limits.memory` in the deployment.' : '',
    );
  }
  if (signal.aborted) throw interrupted(signal);
  const what = `was not ready within ${spec.readyTimeoutMs / 1000} s: ${progress.problem}`;
  throw failed(spec, what, replica.log.end(), elsewhere(replica.live.pid, deps.port));
}

/** Looks once. */
async function outcomeOf(
  { protocol, headers, readyWhen }: ReplicaSpec,
  { url, balancer, replica }: AnsweringDeps,
  timeoutMs: number,
): Promise<ReadyOutcome> {
  if (readyWhen !== undefined && 'output' in readyWhen) {
    return matchesOutput(replica.log.begin(), readyWhen.output);
  }
  return balancer.probe({ url, protocol, headers, readyPath: readyWhen?.path, timeoutMs });
}

async function firstAnswer(
  spec: ReplicaSpec,
  deps: AnsweringDeps,
  stop: AbortSignal,
  progress: { problem: string },
): Promise<number | undefined> {
  const { url, clock, onListening } = deps;
  const deadlineUs = clock.nowUs() + spec.readyTimeoutMs * 1000;
  let isListening = false;
  const listens = () => {
    if (!isListening) onListening();
    isListening = true;
  };
  let waitMs = backoffMs.first;
  let timeoutMs = probeTimeoutMs.first;
  while (clock.nowUs() < deadlineUs && !stop.aborted) {
    const leftMs = Math.ceil((deadlineUs - clock.nowUs()) / 1000);
    // Before it is asked, since it may begin to listen while it is.
    const spoken = deps.replica.nextOutput();
    const outcome = await outcomeOf(spec, deps, Math.min(leftMs, timeoutMs));
    if (outcome.ready) {
      listens();
      return clock.nowUs();
    }
    if (/^it answered|is answered with \d+$/.test(outcome.why)) listens();
    progress.problem = `${url}: ${outcome.why}`;
    await untilNextProbe(clock, { waitMs, deadlineUs }, spoken, stop);
    waitMs = Math.min(waitMs * 2, backoffMs.last);
    timeoutMs = Math.min(timeoutMs * 2, probeTimeoutMs.last);
  }
  return undefined;
}

/** A server that writes something may just have begun to listen, so it is asked again sooner. */
async function untilNextProbe(
  clock: Clock,
  { waitMs, deadlineUs }: { waitMs: number; deadlineUs: number },
  spoken: Promise<void>,
  stop: AbortSignal,
): Promise<void> {
  const at = (laterMs: number) => Math.min(clock.nowUs() + laterMs * 1000, deadlineUs);
  const dueUs = at(waitMs);
  await clock.sleepUntil(at(probeGapMsMin), stop);
  const spoke = new AbortController();
  void spoken.then(() => spoke.abort());
  try {
    await clock.sleepUntil(dueUs, AbortSignal.any([stop, spoke.signal]));
  } catch (error) {
    if (stop.aborted || !spoke.signal.aborted) throw error;
  }
}

/** What to do if it listens where nobody asks it. */
function elsewhere(pid: number, port: number): string {
  const found = listeners(pid).filter(({ address }) => address !== enginesResolver);
  const isLoopback = ({ address }: Listener) => loopback.includes(address);
  if (found.some((one) => one.port === port && !isLoopback(one))) return '';
  const ports = [...new Set(found.map((one) => one.port))].filter((one) => one !== port).join(', ');
  const must = `It must listen on port ${port} of all its addresses (0.0.0.0); PORT and HOST tell it.`;
  if (found.some((one) => one.port === port)) return `It listens on its own loopback address only. ${must}`;
  return ports === '' ? `It listens on no port. ${must}` : `It listens on port ${ports}. ${must}`;
}

/** 127.0.0.11, where Docker resolves names within a container's network. */
const enginesResolver = '0B00007F';
const loopback = ['0100007F', '00000000000000000000000001000000'];

function failed(spec: ReplicaSpec, what: string, lastOutput: string, advice: string): HarnessError {
  const output = lastOutput === '' ? 'It wrote nothing.' : `Its last output:\n${lastOutput}`;
  // What it answers is repeated too.
  const told = cleanerFor(spec)(`${spec.replica} (boot ${spec.boot}) ${what}. ${output}`);
  return new HarnessError('server', told, {
    hint: `${advice} All it wrote is in ${spec.logPath}`.trim(),
  });
}
