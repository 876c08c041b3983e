import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { identifyProcess } from './process-identity.ts';

interface Owner {
  host: string;
  /** Of the machine's boot; a process of an earlier one is gone. */
  boot: string;
  /** A process is known by its number within its namespace only. */
  namespace: string;
  pid: number;
  startTicks: string;
}

/** Says which process owns something, for whoever finds it later. */
export function ownerToken(pid: number): string {
  const startTicks = identifyProcess(pid)?.startTicks ?? '';
  const { host, boot, namespace } = here();
  return [host, boot, namespace, pid, startTicks].join('/');
}

/**
 * Whether the owner is certainly gone. What another machine or another process namespace owns cannot be judged from
 * here, and counts as alive.
 */
export function isGone(token: string): boolean {
  const owner = parse(token);
  const now = here();
  if (owner === undefined || owner.host !== now.host) return false;
  if (owner.boot !== now.boot) return true;
  if (owner.namespace !== now.namespace) return false;
  if (now.namespace === '') return !isThere(owner.pid);
  const found = identifyProcess(owner.pid);
  return found === undefined || found.isZombie || found.startTicks !== owner.startTicks;
}

function parse(token: string): Owner | undefined {
  const [host = '', boot = '', namespace = '', pid = '', startTicks = ''] = token.split('/');
  return /^\d+$/.test(pid) ? { host, boot, namespace, pid: Number(pid), startTicks } : undefined;
}

/** Without /proc there is no boot and no namespace to tell. */
function here(): Omit<Owner, 'pid' | 'startTicks'> {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return { host: hostname(), boot, namespace: readlinkSync('/proc/self/ns/pid') };
  } catch {
    return { host: hostname(), boot: '', namespace: '' };
  }
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
