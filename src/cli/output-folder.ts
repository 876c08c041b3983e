import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { HarnessError, messageOf } from '../core/index.ts';

/**
 * Makes the folder of an experiment.
 * @param out what the user chose; it must be new or empty. Without it a new folder under `reports/` is made,
 * named by time and scenarios; two experiments that begin at once get two.
 * @throws HarnessError `usage` if the folder is in use or cannot be written.
 */
export function makeOutputFolder(
  out: string | undefined,
  startedAt: string,
  scenarios: readonly string[],
): string {
  if (out === undefined)
    return makeNew(join('reports', `${startedAt.slice(0, 19).replaceAll(':', '-')}-${label(scenarios)}`));
  const folder = resolve(out);
  attempt(folder, () => mkdirSync(folder, { recursive: true }));
  if (attempt(folder, () => readdirSync(folder)).length > 0) {
    throw new HarnessError('usage', `--out ${out}: the folder is not empty`, {
      hint: 'Choose a new folder; `windtunnel report` renders an experiment that is already there.',
    });
  }
  return folder;
}

function label(scenarios: readonly string[]): string {
  const all = scenarios.join('-');
  return all.length <= 60 ? all : `${scenarios.length}-scenarios`;
}

function makeNew(base: string): string {
  attempt(base, () => mkdirSync('reports', { recursive: true }));
  for (let n = 1; ; n++) {
    const folder = resolve(n === 1 ? base : `${base}-${n}`);
    if (existsSync(folder)) continue;
    // Whoever makes it owns it; another harness that tries at the same moment goes on to the next name.
    if (attempt(folder, () => mkdirExclusive(folder))) return folder;
  }
}

function mkdirExclusive(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function attempt<R>(folder: string, action: () => R): R {
  try {
    return action();
  } catch (cause) {
    throw new HarnessError('usage', `cannot write into ${folder}: ${messageOf(cause)}`, {
      hint: 'Choose a folder that can be written with --out.',
      cause,
    });
  }
}
