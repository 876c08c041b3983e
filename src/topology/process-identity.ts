import { readFileSync } from 'node:fs';

/** What /proc says of a process; undefined where there is no /proc, or no such process. */
export interface ProcessIdentity {
  /** Clock ticks since boot. A pid that was given to another process has another start time. */
  startTicks: string;
  /** Ended, and only not yet reaped by its parent. */
  isZombie: boolean;
}

export function identifyProcess(pid: number): ProcessIdentity | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // proc(5): field 2, the name, is in parentheses and may hold anything; state is field 3, start time 22.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { startTicks: fields[19] ?? '', isZombie: fields[0] === 'Z' };
}
