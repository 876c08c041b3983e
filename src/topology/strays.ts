import { readdirSync, readFileSync } from 'node:fs';

/**
 * Processes that a replica has started and that have left its process group and session (`setsid`, a daemon). They are
 * known by a variable that all of them inherit. One that has cleared its environment is not found, nor is anything where
 * there is no /proc.
 */

/** The variable; its value is a process's own, and begins with what is the harness's own. */
export const markVariable = 'WINDTUNNEL_PROCESS';

/** One that forks while they are looked for is found the next time. */
const roundsMax = 10;

/** SIGKILL to all that carry a mark which begins so. */
export function endStrays(mark: string): void {
  for (let round = 0; round < roundsMax; round++) {
    const found = straysOf(mark);
    if (found.length === 0) return;
    for (const pid of found) kill(pid);
  }
}

export function straysOf(mark: string): number[] {
  let names: string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return [];
  }
  return names
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => environmentOf(name).includes(`\0${markVariable}=${mark}`))
    .map(Number)
    .filter((pid) => pid > 1 && pid !== process.pid);
}

/** Empty for one that has ended, is another user's, or waits as a zombie for its parent. */
function environmentOf(pid: string): string {
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, 'utf8')}`;
  } catch {
    return '';
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
