import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Usage, type UsageReader, usageFromProc } from '../replica-usage.ts';

const cgroups = '/sys/fs/cgroup';

/**
 * What a container has used, all its processes together: from its control group, of version 2 or 1 (cgroups(7)). Memory
 * is what belongs to the processes; what the kernel caches of files is not.
 *
 * Without root on version 1 an engine makes no groups, and its containers are in one with half the machine. Then it is
 * what the container's first process has used.
 */
export function usageOf(containerId: string): UsageReader {
  return (pid) => {
    try {
      const groups = readFileSync(`/proc/${pid}/cgroup`, 'utf8');
      const kind = groupOf(groups, containerId);
      if (kind === 'none') return usageFromProc(pid);
      return kind === 'unified' ? unified(groups) : perController(groups);
    } catch {
      return undefined;
    }
  };
}

/** Which groups are the container's own; engines name them after it. */
export function groupOf(groups: string, containerId: string): 'unified' | 'per-controller' | 'none' {
  const isOwn = (controller: string) => pathIn(groups, controller)?.includes(containerId) ?? false;
  if (pathIn(groups, 'memory') === undefined) return isOwn('') ? 'unified' : 'none';
  return isOwn('memory') && isOwn('cpuacct') ? 'per-controller' : 'none';
}

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
