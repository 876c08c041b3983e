import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { makePlan, type Plan, runsOf } from '../../src/scenario/index.ts';
import type { Results } from '../../src/verdict/index.ts';
import { parseAlone } from './parse-alone.ts';
import { recordRun } from './recorded-run.ts';
import { recordTasks } from './recorded-tasks.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Prints a process's peak memory, in KiB, and its CPU time, in microseconds, on its descriptor 3 when it ends. */
const tellUsage = `data:text/javascript,import{writeSync}from'node:fs';process.on('exit',()=>{const u=process.resourceUsage();writeSync(3,u.maxRSS+' '+(u.userCPUTime+u.systemCPUTime)+'\\n')})`;

export interface JudgeBench {
  /** From the start of the process to its end, by the clock and by its CPU time. */
  seconds: number;
  cpuSeconds: number;
  peakRssBytes: number;
  operations: number;
  /** CPU time that the machine needs to parse the same lines, and nothing else. */
  parseSeconds: number;
}

/**
 * Judges and renders a large record in a process of its own: `windtunnel report DIR`.
 * @param options.runs over how many runs the operations are spread.
 */
export async function benchJudge(
  options: { operations?: number; clients?: number; runs?: number } = {},
): Promise<JudgeBench> {
  const { operations = 1_000_000, clients = 5000, runs = 1 } = options;
  return benchReport((folder) => recordExperiment(folder, { operations, clients, runs }), operations);
}

/** The same of the histories of tasks, of which each operation has one. */
export async function benchJudgeTasks(
  options: { tasks?: number; clients?: number } = {},
): Promise<JudgeBench> {
  const { tasks = 100_000, clients = 1000 } = options;
  return benchReport((folder) => recordTaskExperiment(folder, { tasks, clients }), tasks);
}

async function benchReport(record: (folder: string) => void, operations: number): Promise<JudgeBench> {
  const folder = mkdtempSync(join(tmpdir(), 'windtunnel-bench-'));
  try {
    record(folder);
    const usage = await report(folder);
    refuseUnlessWhole(folder, operations);
    return { ...usage, operations, parseSeconds: await parseAlone(folder) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A record that looks as `windtunnel run` leaves it. */
export function recordExperiment(
  folder: string,
  { operations, clients, runs }: { operations: number; clients: number; runs: number },
): void {
  const plan = planOf({
    scenario: 'crash',
    deployment: 'stateful-sticky',
    runs,
    durationMs: operations / runs,
    clients,
    ratePerSecond: 1000,
  });
  writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan));
  for (const spec of runsOf(plan)) recordRun(folder, spec, operations / runs);
}

export function recordTaskExperiment(
  folder: string,
  { tasks, clients }: { tasks: number; clients: number },
): void {
  const scenario = fileURLToPath(new URL('./tasks.yaml', import.meta.url));
  const ratePerSecond = 200;
  const durationMs = (tasks / ratePerSecond) * 1000;
  const deployment = 'stateless-tasks-shared';
  const plan = planOf({ scenario, deployment, runs: 1, durationMs, clients, ratePerSecond });
  writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan));
  for (const spec of runsOf(plan)) recordTasks(folder, spec, tasks);
}

function planOf(asked: {
  scenario: string;
  deployment: string;
  runs: number;
  durationMs: number;
  clients: number;
  ratePerSecond: number;
}): Plan {
  const { scenario, deployment, runs, durationMs, clients, ratePerSecond } = asked;
  return makePlan(
    {
      scenarios: [scenario],
      deployments: [deployment],
      replicas: 3,
      repeats: runs,
      durationMs,
      sessions: clients,
      ratePerSecond,
      seed: 1,
      command: 'windtunnel run',
      tool: { name: 'mcp-windtunnel', version: '0' },
      startedAt: '2026-01-01T00:00:00.000Z',
      environment: { node: process.version, cpu: '', cores: 1, memoryBytes: 0, os: '', packages: {} },
    },
    { scenariosDir: join(root, 'scenarios'), deploymentsDir: join(root, 'infra/deployments') },
  );
}

async function report(folder: string): Promise<Omit<JudgeBench, 'operations' | 'parseSeconds'>> {
  const began = performance.now();
  const args = ['--import', tellUsage, join(root, 'src/cli/main.ts'), 'report', folder, '--quiet'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  const [, errors = '', usage = ''] = await Promise.all([
    once(child, 'close').then(() => ''),
    ...child.stdio.slice(2).map((stream) => text(stream as Readable)),
  ]);
  const seconds = (performance.now() - began) / 1000;
  // 1: a threshold failed, which is no matter here.
  if (child.exitCode !== 0 && child.exitCode !== 1) {
    throw new Error(`the report ended with ${child.exitCode}: ${errors}`);
  }
  // The last line is the process's; those before are its threads'.
  const [peakKib = 0, cpuUs = 0] = (usage.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  return { seconds, cpuSeconds: cpuUs / 1_000_000, peakRssBytes: peakKib * 1024 };
}

/** What was passed over quickly would not have been judged. */
function refuseUnlessWhole(folder: string, operations: number): void {
  const { runs } = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8')) as Results;
  const judged = runs.reduce((sum, run) => sum + run.metrics.availability.denominator, 0);
  const unsound = runs.flatMap((run) => run.checks).filter((check) => check.verdict === 'unknown');
  if (judged === operations && unsound.length === 0) return;
  throw new Error(`judged ${judged} operations of ${operations}; ${JSON.stringify(unsound)}`);
}
