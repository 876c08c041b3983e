import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Usage, UsageReader } from '../replica-usage.ts';

const cgroups = '/sys/fs/cgroup';

/**
 * What a container has used, all its processes together: from the control group that its first process is in, of
 * version 2 or 1 (cgroups(7)). Memory is what belongs to the processes; what the kernel caches of files is not.
 */
export const usageFromCgroup: UsageReader = (pid) => {
  try {
    const groups = readFileSync(`/proc/${pid}/cgroup`, 'utf8');
    const version1 = pathIn(groups, 'memory');
    // A process that is just ending is in the group of the whole machine.
    if ((version1 ?? pathIn(groups, '') ?? '/') === '/') return undefined;
    return version1 === undefined ? unified(groups) : perController(groups);
  } catch {
    return undefined;
  }
};

/** @param groups lines `ID:CONTROLLERS:PATH`; version 2 is the one without controllers. */
export function pathIn(groups: string, controller: string): string | undefined {
  for (const line of groups.split('\n')) {
    const [, names = '', path] = line.split(':');
    if (path !== undefined && names.split(',').includes(controller)) return path;
  }
  return undefined;
}

function unified(groups: string): Usage | undefined {
  const folder = join(cgroups, pathIn(groups, '') ?? '/');
  const cpuUs = valueIn(readFileSync(join(folder, 'cpu.stat'), 'utf8'), 'usage_usec');
  const rssBytes = valueIn(readFileSync(join(folder, 'memory.stat'), 'utf8'), 'anon');
  return cpuUs === undefined || rssBytes === undefined ? undefined : { cpuUs, rssBytes };
}

function perController(groups: string): Usage | undefined {
  const [cpu, memory] = ['cpuacct', 'memory'].map((name) => join(cgroups, name, pathIn(groups, name) ?? '/'));
  const cpuNs = Number(readFileSync(`${cpu}/cpuacct.usage`, 'utf8'));
  const rssBytes = valueIn(readFileSync(`${memory}/memory.stat`, 'utf8'), 'total_rss');
  return Number.isFinite(cpuNs) && rssBytes !== undefined ? { cpuUs: cpuNs / 1000, rssBytes } : undefined;
}

/** Of lines `NAME VALUE`. */
function valueIn(stat: string, name: string): number | undefined {
  const value = new RegExp(`^${name} (\\d+)$`, 'm').exec(stat)?.[1];
  return value === undefined ? undefined : Number(value);
}
