import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { getPriority, setPriority } from 'node:os';
import { type Clock, HarnessError, messageOf, revealed } from '../core/index.ts';
import type { EventSink, RunEvent } from '../record/index.ts';
import { followLedger, type LedgerFollower } from './ledger-follower.ts';
import { openProcessLog, type ProcessLog } from './process-log.ts';
import { cleanerFor } from './replica-secrets.ts';
import { type UsageReader, usageFromProc, watchUsage } from './replica-usage.ts';
import { endStrays, markVariable } from './strays.ts';
import type { ReplicaExit, ReplicaSignal, ReplicaSpec } from './types.ts';
import type { ProcessGuard } from './warden.ts';

/** A replica as a process group of this machine; whether it answers is not known yet. */
export interface ReplicaProcess {
  readonly pid: number;
  readonly exited: Promise<ReplicaExit>;
  readonly log: ProcessLog;
  /** Sent to the whole group, and recorded; nothing happens if the process is gone. */
  signal(name: ReplicaSignal): void;
  /** Written to its standard input, which is empty otherwise. */
  say(text: string): void;
  /** Records what it uses at this moment, beside the regular samples. */
  sampleUsage(): void;
}

export interface ProcessDeps {
  clock: Clock;
  events: EventSink<RunEvent>;
  guard: ProcessGuard;
  /** How what a replica uses is read; by default from /proc. */
  readUsage?: UsageReader;
}

/**
 * @param port that it is given; 0: it takes what it gets.
 * @throws HarnessError `server` when the command cannot be executed.
 */
export async function spawnReplica(spec: ReplicaSpec, deps: ProcessDeps, port = 0): Promise<ReplicaProcess> {
  const log = openProcessLog(spec.logPath, cleanerFor(spec));
  const mark = `${deps.guard.mark ?? ''}/${randomUUID()}`;
  let child: ChildProcess;
  try {
    child = await launched(spec, { port, mark, logFd: log.fd }, deps.guard);
  } catch (cause) {
    log.close();
    if (cause instanceof HarnessError) throw cause;
    throw cannotStart(spec, cause);
  }
  return replicaOver(child, spec, mark, log, deps);
}

function cannotStart({ replica, command, cwd }: ReplicaSpec, cause: unknown): HarnessError {
  const [program = ''] = command;
  const { code } = cause as NodeJS.ErrnoException;
  const where = cwd === undefined || program.startsWith('/') ? '' : `, seen from ${cwd}`;
  const known: Record<string, string> = {
    ENOENT: `there is no program ${program}${where}`,
    EACCES: `${program} may not be executed`,
  };
  const why = known[code ?? ''] ?? messageOf(cause);
  return new HarnessError('server', `${replica} cannot be started: ${why}`, {
    hint: `Check the command: ${command.join(' ')}`,
    cause,
  });
}

async function launched(
  spec: ReplicaSpec,
  { port, mark, logFd }: { port: number; mark: string; logFd: number },
  guard: ProcessGuard,
): Promise<ChildProcess> {
  // Here and nowhere before: what is planned, recorded and shown has placeholders in the place of secrets.
  const given = revealed({ command: spec.command, env: spec.env }, process.env, 'server');
  const { command, env } = withPort(given, port);
  const [file = '', ...args] = command;
  const child = spawn(file, args, {
    // Of its own group: Ctrl-C in the terminal is the harness's to act on, and the group ends as a whole.
    detached: true,
    // stdin is the lifeline: never written, and it ends when the harness ends.
    stdio: ['pipe', logFd, logFd],
    ...(spec.cwd !== undefined && { cwd: spec.cwd }),
    env: { ...process.env, PORT: String(port), WINDTUNNEL_LIFELINE: 'stdin', ...env, [markVariable]: mark },
  });
  if (child.pid !== undefined) {
    protect(child.pid, guard);
    yieldToGenerator(child.pid);
  }
  child.stdin?.on('error', () => {});
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    // It stays for the child's life: a signal that cannot be sent is an `error` too.
    child.on('error', reject);
  });
  return child;
}

const portPlaceholder = '${port}';

/** Whether the command has to be told a port. */
export function wantsPort({ command, env }: Pick<ReplicaSpec, 'command' | 'env'>): boolean {
  return [...command, ...Object.values(env)].some((text) => text.includes(portPlaceholder));
}

function withPort({ command, env }: Pick<ReplicaSpec, 'command' | 'env'>, port: number) {
  const filled = (text: string) => text.replaceAll(portPlaceholder, String(port));
  return {
    command: command.map(filled),
    env: Object.fromEntries(Object.entries(env).map(([name, text]) => [name, filled(text)])),
  };
}

function replicaOver(
  child: ChildProcess,
  spec: ReplicaSpec,
  mark: string,
  log: ProcessLog,
  { clock, events, guard, readUsage = usageFromProc }: ProcessDeps,
): ReplicaProcess {
  const pid = child.pid ?? 0;
  const slot = { replica: spec.replica, boot: spec.boot };
  let isGone = false;
  let isToldToEnd = false;
  events.write({ type: 'replica-started', atUs: clock.nowUs(), ...slot, pid });
  const ledger = ledgerOf(spec, log, { clock, events });
  const usage = watchUsage({ pid, ...slot }, { clock, events, read: readUsage });

  const exited = new Promise<ReplicaExit>((resolve) => {
    child.once('exit', (exitCode, signal) => {
      isGone = true;
      usage.stop();
      // What it started itself may have stayed; the group keeps its number as long as one is left.
      killGroup(pid, 'SIGKILL');
      if (spec.mayFork) endStrays(mark);
      guard.release(pid);
      child.stdin?.destroy();
      ledger?.end();
      resolve({ exitCode, signal, lastOutput: log.end() });
      log.close();
      events.write({
        type: 'replica-exited',
        atUs: clock.nowUs(),
        ...slot,
        exitCode,
        signal,
        expected: isToldToEnd,
      });
    });
  });

  return {
    pid,
    exited,
    log,
    signal(name) {
      if (isGone) return;
      usage.sample();
      isToldToEnd ||= name === 'SIGTERM' || name === 'SIGKILL';
      events.write({ type: 'replica-signalled', atUs: clock.nowUs(), ...slot, signal: name });
      killGroup(pid, name);
    },
    say: (text) => void child.stdin?.write(text),
    sampleUsage: () => usage.sample(),
  };
}

function ledgerOf(
  { replica, boot, logPath, ledgerPath }: ReplicaSpec,
  { fromByte }: ProcessLog,
  deps: Pick<ProcessDeps, 'clock' | 'events'>,
): LedgerFollower | undefined {
  if (ledgerPath === undefined) return undefined;
  return followLedger({ replica, boot, logPath, fromByte, ledgerPath }, deps);
}

/** The `nice` value of replicas. */
const replicaNiceness = 5;

/**
 * A replica that starts or is busy must not keep the load generator from its schedule: on few cores that would
 * be measured as the server's latency. It is the same for all deployments that are compared.
 */
function yieldToGenerator(pid: number): void {
  try {
    setPriority(pid, Math.max(getPriority(pid), replicaNiceness));
  } catch {
    // It has ended already, which its `exit` will tell.
  }
}

/** What cannot be guarded does not run. */
export function protect(pid: number, guard: ProcessGuard): void {
  try {
    guard.protect(pid);
  } catch (error) {
    killGroup(pid, 'SIGKILL');
    throw error;
  }
}

export function killGroup(pid: number, signal: ReplicaSignal): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It ended in this moment; its `exit` is on the way.
  }
}
