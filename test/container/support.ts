import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '../../src/record/index.ts';
import { type Engine, findEngine } from '../../src/topology/container/index.ts';
import { labels } from '../../src/topology/container/labels.ts';
import type { Results } from '../../src/verdict/index.ts';
import { cli, type Folder, startCli } from '../support/cli.ts';

/** Small runs over containers, as a user starts them, and what the engine has of them. */

export const small = ['--duration', '2s', '--sessions', '6', '--rate', '40/s', '--quiet'];

export const outOf = (folder: Folder) => join(folder.path, 'experiment');

export const startRun = (args: readonly string[], folder: Folder, env: Record<string, string> = {}) =>
  startCli(['run', ...args, '--backend', 'container', '--out', outOf(folder)], { env });

export const runInContainers = async (
  args: readonly string[],
  folder: Folder,
  env: Record<string, string> = {},
) => {
  const { child, finished } = startRun(args, folder, env);
  return { ...(await finished), pid: child.pid };
};

export const runInProcesses = (args: readonly string[], out: string) => cli(['run', ...args, '--out', out]);

export const resultsIn = (out: string) =>
  JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;

export function eventsIn(out: string, run: string): RunEvent[] {
  const lines = readFileSync(join(out, 'runs', run, 'events.ndjson'), 'utf8')
    .trimEnd()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as RunEvent);
}

export const docker = async (): Promise<Engine['docker']> => (await findEngine()).docker;

/** Other tests run at the same time; what a harness owns carries its number. */
const isOf = (pid: number | undefined, owned: { Labels?: Record<string, string> | undefined }) =>
  owned.Labels?.[labels.owner]?.split('/')[3] === String(pid);

/** The running containers of a harness. */
export async function runningOf(pid: number | undefined, part?: string) {
  const filters = {
    label: [part === undefined ? labels.part : `${labels.part}=${part}`],
    status: ['running'],
  };
  const running = await (await docker()).listContainers({ filters });
  return running.filter((container) => isOf(pid, container));
}

/** Everything in the engine that is a harness's; images with a name are kept. */
export async function leftOf(pid: number | undefined): Promise<string[]> {
  const api = await docker();
  const filters = { label: [labels.owner] };
  const containers = await api.listContainers({ all: true, filters });
  const networks = await api.listNetworks({ filters });
  const { Volumes } = await api.listVolumes({ filters });
  const images = await api.listImages({ filters: { ...filters, dangling: ['true'] } });
  const all = [
    ...containers.map((one) => ({ ...one, name: one.Names.join() })),
    ...networks.map((one) => ({ ...one, name: one.Name })),
    ...(Volumes ?? []).map((one) => ({ ...one, name: one.Name })),
    ...images.map((one) => ({ ...one, name: one.Id })),
  ];
  return all.filter((one) => isOf(pid, one)).map(({ name }) => name);
}

export async function untilNothingIsLeftOf(pid: number | undefined): Promise<void> {
  const endsAt = performance.now() + 30_000;
  for (let left = await leftOf(pid); left.length > 0; left = await leftOf(pid)) {
    if (performance.now() > endsAt) throw new Error(`still there: ${left.join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Until a run has so many containers up. */
export async function untilRunning(pid: number | undefined, count: number): Promise<void> {
  const endsAt = performance.now() + 30_000;
  while ((await runningOf(pid)).length < count) {
    if (performance.now() > endsAt) throw new Error(`there were never ${count} containers`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
