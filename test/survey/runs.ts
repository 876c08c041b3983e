import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Results, RunResult } from '../../src/verdict/index.ts';
import { startCli } from '../support/cli.ts';
import type { Call, Subject } from './subjects.ts';

/** What clients of three replicas behind the balancer lose, and how fast they are served: real runs of the command line. */

export interface Survived {
  scenario: string;
  routing: string;
  /** Sessions lost, of those opened; null where there are none. */
  lost: { numerator: number; denominator: number } | null;
  answers: string;
  available: number | null;
  recovered: number | null;
}

export interface Speed {
  perSecond: number;
  /** From when a call was sent: what a new client's handshake takes would be most of it else. */
  p99Ms: number | null;
}

const faults = {
  'rolling-restart': [{ at: '30%', fault: 'rolling-restart' }],
  crash: [{ at: '40%', fault: 'crash', replica: 1 }],
  'scale-out': [{ at: '40%', fault: 'scale-out', add: 2 }],
};
const routings = ['round-robin', 'session-affinity'] as const;

/** Three faults, under rotation and with affinity, in one experiment. */
export async function survive(subject: Subject, folder: string): Promise<Survived[]> {
  const deployments = routings.map((routing) =>
    write(folder, `${subject.name}-${routing}`, deploymentOf(subject, routing, `${subject.name}-${routing}`)),
  );
  const scenarios = Object.entries(faults).map(([name, list]) =>
    write(folder, `${subject.name}-${name}`, {
      ...scenarioOf(name, [subject.quick], { duration: '8s', sessions: 30, rate: '60/s' }),
      faults: list,
    }),
  );
  const results = await run(
    [...scenarios, '--deployment', deployments.join(',')],
    join(folder, `${subject.name}-runs`),
  );
  return results.runs.map((one) => ({
    scenario: one.scenario,
    routing: one.deployment.slice(subject.name.length + 1),
    ...lossesOf(one),
  }));
}

function lossesOf({ metrics }: RunResult): Omit<Survived, 'scenario' | 'routing'> {
  const { session_loss: loss, availability } = metrics;
  const isJudged = !('notApplicable' in loss);
  return {
    lost: isJudged ? { numerator: loss.numerator, denominator: loss.denominator } : null,
    answers: isJudged ? Object.keys(loss.answers ?? {}).join(', ') : '',
    available: availability.value,
    recovered: availability.recovered.value,
  };
}

/**
 * The server and the reference server in one experiment, three times each in alternating order: calls at a pace that
 * both can keep, and as many as each can take. Both get the arguments of both; what is not theirs is left aside.
 */
export async function compare(subject: Subject, other: Subject, folder: string): Promise<[Speed, Speed]> {
  const arguments_ = { ...other.quick.arguments, ...subject.quick.arguments };
  const quick: Call = { call: subject.quick.call, arguments: arguments_ };
  const load = { duration: '5s', sessions: 20, rate: '100/s' };
  const names = [subject, other].map((one) => `${one.name}-load`);
  const deployments = [subject, other].map((one, i) =>
    write(folder, names[i] ?? '', deploymentOf(one, 'session-affinity', names[i] ?? '')),
  );
  const scenarios = [
    scenarioOf('steady', [quick], load),
    // Each call follows the answer before it.
    scenarioOf('full', [{ think: '1ms' }, quick], load),
  ].map((scenario) => write(folder, `${subject.name}-${scenario.name}`, scenario));
  const out = join(folder, `${subject.name}-against-${other.name}`);
  const { runs } = await run([...scenarios, '--deployment', deployments.join(','), '--repeat', '3'], out);
  const speedOf = (name = '') => speedIn(runs.filter(({ deployment }) => deployment === name));
  return [speedOf(names[0]), speedOf(names[1])];
}

function speedIn(runs: readonly RunResult[]): Speed {
  const of = (name: string) => runs.filter(({ scenario }) => scenario === name);
  const rates = of('full').map((one) => one.metrics.availability.numerator / (one.series.durationMs / 1000));
  const waits = of('steady').flatMap(({ metrics }) => metrics.service_ms.p99 ?? []);
  return { perSecond: median(rates) ?? 0, p99Ms: median(waits) ?? null };
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function deploymentOf({ server }: Subject, routing: string, name: string): object {
  const state = typeof server === 'string' ? { state: 'memory' } : {};
  return {
    name,
    description: 'Surveyed',
    server: typeof server === 'string' ? server : { ...server, protocol: '2025-11-25' },
    ...state,
    routing,
    replicas: 3,
  };
}

interface Load {
  duration: string;
  sessions: number;
  rate: string;
}

function scenarioOf(name: string, steps: readonly object[], { duration, sessions, rate }: Load) {
  const journey = [{ repeat: 'fill', steps }];
  return { name, question: 'Surveyed', duration, workload: { sessions, rate, journey } };
}

function write(folder: string, name: string, content: object): string {
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

async function run(args: readonly string[], out: string): Promise<Results> {
  current = startCli(['run', ...args, '--json', '--quiet', '--out', out]);
  const { code, stdout, stderr } = await current.finished;
  // 2: something could not be judged, which its numbers say themselves.
  if (code === 0 || code === 1 || code === 2) return JSON.parse(stdout) as Results;
  throw new Error(`windtunnel run ${args.join(' ')} ended with ${code}: ${stderr}`);
}
