import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/core/index.ts';
import { startGenerator } from '../../src/generator/index.ts';
import type { OperationEvent } from '../../src/record/index.ts';
import type { RunSpec } from '../../src/scenario/index.ts';
import { spec } from '../support/fakes.ts';
import { cpuUsOf } from './child.ts';

/** What the generator made of a workload. */
export interface Load {
  /** Of the whole generator process, from the begin to the last line on disk. */
  cpuUs: number;
  seconds: number;
  eventsPath: string;
}

/** Lets the project's own generator loose on a URL, recording everything, as in a run. */
export async function generate(
  of: RunSpec,
  url: string,
  options: { folder: string; threads?: number; during?: (pid: number) => void; everyMs?: number },
): Promise<Load> {
  const clock = systemClock();
  const eventsPath = join(options.folder, `${of.deployment.name}-${clock.nowUs()}.ndjson`);
  const guard = { protect: () => {}, release: () => {} };
  const never = new AbortController().signal;
  const task = { spec: of, threads: options.threads ?? 1, eventsPath, epochUs: clock.epochUs };
  await using generator = await startGenerator({ ...task, guard, onCounts: () => {} }, never);
  const beginUs = clock.nowUs() + 20_000;
  const beforeUs = cpuUsOf(generator.pid);
  const watch = options.during
    ? setInterval(options.during, options.everyMs ?? 250, generator.pid)
    : undefined;
  await generator.run({ entryUrl: url, beginUs }, never);
  clearInterval(watch);
  return {
    cpuUs: cpuUsOf(generator.pid) - beforeUs,
    seconds: (clock.nowUs() - beginUs) / 1_000_000,
    eventsPath,
  };
}

/** What the operations of a record came to; times in milliseconds. */
export function operationsIn(path: string): {
  calls: number;
  ok: number;
  latencyMs: number[];
  serviceMs: number[];
  lagMs: number[];
} {
  const seen = {
    calls: 0,
    ok: 0,
    latencyMs: [] as number[],
    serviceMs: [] as number[],
    lagMs: [] as number[],
  };
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (!line.startsWith('{"type":"operation"')) continue;
    const { outcome, startUs, endUs, intendedUs, serviceUs } = JSON.parse(line) as OperationEvent;
    seen.calls += 1;
    if (outcome === 'ok') seen.ok += 1;
    seen.latencyMs.push((endUs - intendedUs) / 1000);
    seen.serviceMs.push((serviceUs ?? 0) / 1000);
    seen.lagMs.push(((startUs ?? endUs) - intendedUs) / 1000);
  }
  return seen;
}

/** Open arrivals: calls at their times, however the server fares. */
export function openLoop(clients: number, ratePerSecond: number, durationMs: number): RunSpec {
  const base = spec({
    scenario: { durationMs },
    workload: {
      sessions: clients,
      arrivals: { overMs: 0, process: 'even' },
      ratePerSecond,
      deadlineMs: 5000,
      journey: [{ repeat: 'fill', steps: [{ call: 'echo', arguments: { text: 'hello' } }] }],
    },
  });
  return { ...base, deployment: { ...base.deployment, protocol: '2026-07-28' } };
}

/** A closed loop: each client sends as soon as it has its answer. */
export function closedLoop(
  protocol: RunSpec['deployment']['protocol'],
  clients: number,
  durationMs: number,
): RunSpec {
  const base = spec({
    scenario: { durationMs },
    workload: {
      sessions: clients,
      arrivals: { overMs: 0, process: 'even' },
      ratePerSecond: 1_000_000,
      turnaroundMs: 0,
      deadlineMs: 5000,
      journey: [
        { repeat: 'fill', steps: [{ think: '0ms' }, { call: 'echo', arguments: { text: 'hello' } }] },
      ],
    },
  });
  return { ...base, deployment: { ...base.deployment, protocol } };
}
