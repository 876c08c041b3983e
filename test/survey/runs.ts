import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { RunEvent } from '../../src/record/index.ts';
import type { Results, RunResult } from '../../src/verdict/index.ts';
import { startCli } from '../support/cli.ts';
import type { Subject } from './subjects.ts';

/** What clients of three replicas behind the balancer lose: real runs of the command line. */

export type Backend = 'process' | 'container';

export interface Survived {
  backend: Backend;
  scenario: FaultName;
  routing: Routing;
  /** Sessions lost, of those opened; null where there are none. */
  lost: { numerator: number; denominator: number } | null;
  available: number | null;
  recovered: number | null;
  /** When the fault struck and was over, and how long the run took. */
  fault: { startMs: number; endMs: number | null };
  durationMs: number;
  /** Replicas that were still there when the grace of the fault was over. */
  killed: number;
}

export type FaultName = keyof typeof faults;
export type Routing = (typeof routings)[number];

export const replicas = 3;
export const sessions = 30;
/** How long a replica that is restarted has to end. */
export const graceMs = 5000;

/** All have arrived after a second; a handshake takes FastMCP for TypeScript one more. */
const faultAtMs = 4000;
/** Long enough for every session to be asked after the fault, many times. */
const afterMs = 2000;
const ratePerSecond = 60;
const longestMs = 90_000;

export const faults = {
  'rolling-restart': { fault: 'rolling-restart', grace: `${graceMs}ms` },
  crash: { fault: 'crash', replica: 1 },
  'scale-out': { fault: 'scale-out', add: 2 },
} as const;
export const routings = ['round-robin', 'session-affinity'] as const;

/**
 * Three faults, under rotation and with affinity.
 * @param oneRestartMs what the restart of a replica takes, as far as that was seen.
 */
export async function survive(
  subject: Subject,
  backend: Backend,
  oneRestartMs: number,
  folder: string,
): Promise<Survived[]> {
  const whole = (faultMs: number) => faultAtMs + faultMs + afterMs;
  return [
    ...(await untilWithin(subject, backend, ['rolling-restart'], whole(replicas * oneRestartMs), folder)),
    ...(await untilWithin(subject, backend, ['crash', 'scale-out'], whole(oneRestartMs), folder)),
  ];
}

/** A replica may take longer beside others than alone; then the runs have been too short, and are made anew. */
async function untilWithin(
  subject: Subject,
  backend: Backend,
  names: readonly FaultName[],
  firstMs: number,
  folder: string,
): Promise<Survived[]> {
  let durationMs = firstMs;
  for (;;) {
    const all = await runFaults(subject, backend, names, durationMs, folder);
    if (all.every(isWithin) || durationMs >= longestMs) return all;
    const ends = all.map(({ fault }) => fault.endMs ?? 2 * durationMs);
    durationMs = Math.min(Math.max(...ends) + 2 * afterMs, longestMs);
  }
}

/** Whether the fault was over early enough for every session to be asked after it. */
export function isWithin({ fault, durationMs }: Survived): boolean {
  return fault.endMs !== null && fault.endMs <= durationMs - sessions * (1000 / ratePerSecond);
}

async function runFaults(
  subject: Subject,
  backend: Backend,
  names: readonly FaultName[],
  durationMs: number,
  folder: string,
): Promise<Survived[]> {
  const base = `${subject.name}-${backend}`;
  const deployments = routings.map((routing) =>
    writeYaml(
      folder,
      `${base}-${routing}`,
      deploymentOf(subject, { backend, routing, name: `${base}-${routing}` }),
    ),
  );
  const scenarios = names.map((name) =>
    writeYaml(folder, `${base}-${name}`, {
      ...scenarioOf(name, [subject.quick], {
        duration: `${Math.ceil(durationMs)}ms`,
        sessions,
        rate: `${ratePerSecond}/s`,
      }),
      faults: [{ at: `${faultAtMs}ms`, ...faults[name] }],
    }),
  );
  const out = join(folder, `${base}-${names.join('-')}-${Math.ceil(durationMs)}`);
  const options = ['--deployment', deployments.join(','), '--backend', backend];
  const results = await run([...scenarios, ...options], out);
  return results.runs.map((one) => ({
    backend,
    scenario: one.scenario as FaultName,
    routing: one.deployment.slice(base.length + 1) as Routing,
    killed: killedIn(join(out, one.folder, 'events.ndjson')),
    ...lossesOf(one),
  }));
}

function lossesOf({
  metrics,
  series,
}: RunResult): Pick<Survived, 'lost' | 'available' | 'recovered' | 'fault' | 'durationMs'> {
  const { session_loss: loss, availability } = metrics;
  const [fault] = series.faults;
  return {
    lost: 'notApplicable' in loss ? null : { numerator: loss.numerator, denominator: loss.denominator },
    available: availability.value,
    recovered: availability.recovered.value,
    fault: { startMs: fault?.startMs ?? 0, endMs: fault?.endMs ?? null },
    durationMs: series.durationMs,
  };
}

/** SIGKILLs before the fault was over; a crash is one of them, and what ends the run comes later. */
function killedIn(path: string): number {
  const events = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as RunEvent);
  let killed = 0;
  for (const event of events) {
    if (event.type === 'fault-ended') break;
    if (event.type === 'replica-signalled' && event.signal === 'SIGKILL') killed += 1;
  }
  return killed;
}

export function deploymentOf(
  subject: Subject,
  { backend, routing, name }: { backend: Backend; routing: Routing; name: string },
): object {
  const { contained } = subject;
  const server = backend === 'process' || 'not' in contained ? subject.server : contained.server;
  const isOurs = typeof server === 'string';
  return {
    name,
    description: 'Surveyed',
    server: isOurs ? server : { ...server, protocol: '2025-11-25' },
    ...(isOurs && { state: 'memory' }),
    routing,
    replicas,
  };
}

export interface Load {
  duration: string;
  sessions: number;
  rate: string;
}

export function scenarioOf(name: string, steps: readonly object[], { duration, sessions, rate }: Load) {
  const journey = [{ repeat: 'fill', steps }];
  // All are there before a fault strikes.
  const arrivals = { over: '1s' };
  return { name, question: 'Surveyed', duration, workload: { sessions, rate, arrivals, journey } };
}

export function writeYaml(folder: string, name: string, content: object): string {
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, stringify(content));
  return path;
}

let current: ReturnType<typeof startCli> | undefined;

/** Ends the run that is under way, if there is one: it would go on writing into a folder that is being removed. */
export async function stopRun(): Promise<void> {
  current?.child.kill('SIGINT');
  await current?.finished;
}

export async function run(args: readonly string[], out: string): Promise<Results> {
  current = startCli(['run', ...args, '--json', '--quiet', '--out', out]);
  const { code, stdout, stderr } = await current.finished;
  // 2: something could not be judged, which its numbers say themselves.
  if (code === 0 || code === 1 || code === 2) return JSON.parse(stdout) as Results;
  throw new Error(`windtunnel run ${args.join(' ')} ended with ${code}: ${stderr}`);
}
