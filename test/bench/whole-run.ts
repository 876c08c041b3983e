import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Results } from '../../src/verdict/index.ts';
import { cpuUsOf, rssBytesOf } from './child.ts';

const cli = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Memory of the harness's own processes at a time, by what they are, and the CPU time they have taken together. */
export interface Sample {
  atMs: number;
  cpuUs: number;
  harness: number;
  generator: number;
  balancer: number;
}

/** `windtunnel run` of one run, as a user would have it, watched from outside each half second. */
export async function wholeRun(
  args: readonly string[],
  folder: string,
): Promise<{ results: Results; samples: Sample[]; eventsPath: string }> {
  const out = join(folder, `run-${performance.now().toFixed(0)}`);
  const child = spawn(process.execPath, [cli, 'run', ...args, '--quiet', '--out', out], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said = text(child.stderr as Readable);
  const samples: Sample[] = [];
  const beganMs = performance.now();
  const timer = setInterval(() => {
    const sample = sampleOf(child.pid ?? 0, performance.now() - beganMs);
    if (sample) samples.push(sample);
  }, 500);
  await once(child, 'close');
  clearInterval(timer);
  // 1 and 2 are verdicts; what the bench wants to know is in the results all the same.
  if (![0, 1, 2].includes(child.exitCode ?? -1))
    throw new Error(`the run ended with ${child.exitCode}: ${await said}`);
  const runs = join(out, 'runs');
  const [run = ''] = readdirSync(runs);
  const results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'));
  return { results, samples, eventsPath: join(runs, run, 'events.ndjson') };
}

function sampleOf(harness: number, atMs: number): Sample | undefined {
  const children = childrenOf(harness);
  const generator = children.find(({ command }) => command.includes('/generator/main'));
  const balancer = children.find(({ command }) => command.includes('/balancer/main'));
  if (!generator || !balancer) return undefined;
  try {
    return {
      atMs,
      cpuUs: [harness, generator.pid, balancer.pid].reduce((sum, pid) => sum + cpuUsOf(pid), 0),
      harness: rssBytesOf(harness),
      generator: rssBytesOf(generator.pid),
      balancer: rssBytesOf(balancer.pid),
    };
  } catch {
    return undefined; // One has just ended.
  }
}

function childrenOf(pid: number): { pid: number; command: string }[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' '))
      .filter((child) => child !== '')
      .map((child) => ({ pid: Number(child), command: readFileSync(`/proc/${child}/cmdline`, 'utf8') }));
  } catch {
    return [];
  }
}
