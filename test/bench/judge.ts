import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { makePlan, type Plan, runsOf } from '../../src/scenario/index.ts';
import { recordRun } from './recorded-run.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Prints a process's peak memory, in KiB, on its file descriptor 3 when it ends. */
const tellPeak = `data:text/javascript,import{writeSync}from'node:fs';process.on('exit',()=>writeSync(3,process.resourceUsage().maxRSS+'\\n'))`;

/**
 * Judges and renders a large record in a process of its own: `windtunnel report DIR`.
 * @param runs over how many runs the operations are spread.
 */
export async function benchJudge({ operations = 1_000_000, clients = 5000, runs = 1 } = {}): Promise<{
  seconds: number;
  peakRssBytes: number;
  operations: number;
}> {
  const folder = mkdtempSync(join(tmpdir(), 'windtunnel-bench-'));
  try {
    recordExperiment(folder, { operations, clients, runs });
    return { ...(await report(folder)), operations };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A record that looks as `windtunnel run` leaves it. */
export function recordExperiment(
  folder: string,
  { operations, clients, runs }: { operations: number; clients: number; runs: number },
): void {
  const plan: Plan = makePlan(
    {
      scenarios: ['crash'],
      deployments: ['stateful-sticky'],
      replicas: 3,
      repeats: runs,
      durationMs: operations / runs,
      sessions: clients,
      ratePerSecond: 1000,
      seed: 1,
      command: 'windtunnel run crash',
      tool: { name: 'mcp-windtunnel', version: '0' },
      startedAt: '2026-01-01T00:00:00.000Z',
      environment: { node: process.version, cpu: '', cores: 1, memoryBytes: 0, os: '', packages: {} },
    },
    { scenariosDir: join(root, 'scenarios'), deploymentsDir: join(root, 'infra/deployments') },
  );
  writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan));
  for (const spec of runsOf(plan)) recordRun(folder, spec, operations / runs);
}

async function report(folder: string): Promise<{ seconds: number; peakRssBytes: number }> {
  const began = performance.now();
  const args = ['--import', tellPeak, join(root, 'src/cli/main.ts'), 'report', folder, '--quiet'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  const [, errors, peaks] = await Promise.all([
    once(child, 'close'),
    text(child.stderr as Readable),
    text(child.stdio[3] as Readable),
  ]);
  const seconds = (performance.now() - began) / 1000;
  // 1: a threshold failed, which is no matter here.
  if (child.exitCode !== 0 && child.exitCode !== 1)
    throw new Error(`the report ended with ${child.exitCode}: ${errors}`);
  const peaksKib = peaks.trim().split('\n').map(Number);
  return { seconds, peakRssBytes: Math.max(...peaksKib) * 1024 };
}
