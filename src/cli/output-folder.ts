import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
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
  attempt(folder, () => makeFolders(folder));
  if (attempt(folder, () => readdirSync(folder)).length > 0 || !attempt(folder, () => claim(folder))) {
    throw new HarnessError('usage', `--out ${out}: the folder is not empty`, {
      hint: 'Choose a new folder; `windtunnel report` renders an experiment that is already there.',
    });
  }
  return folder;
}

/** Not `recursive`: under /proc, which takes no folder and does not say so, Node would try for ever. */
function makeFolders(path: string): void {
  if (existsSync(path) && statSync(path).isDirectory()) return;
  if (path !== dirname(path)) makeFolders(dirname(path));
  // Another harness may make the same one at this moment.
  if (!exclusively(() => mkdirSync(path)) && !statSync(path).isDirectory()) {
    throw new Error(`${path} is there, and is no folder`);
  }
}

/** An empty plan, which is filled in next: of two harnesses that found the folder empty, one makes it. */
function claim(folder: string): boolean {
  return exclusively(() => writeFileSync(join(folder, 'plan.json'), '', { flag: 'wx' }));
}

/**
 * Whether runs will find a place for what is theirs for a moment; better known before anything is started.
 * @throws HarnessError `usage` if not.
 */
export function checkTemporaryFolder(): void {
  try {
    rmdirSync(mkdtempSync(join(tmpdir(), 'windtunnel-')));
  } catch (cause) {
    throw new HarnessError(
      'usage',
      `cannot write into the temporary folder ${tmpdir()}: ${messageOf(cause)}`,
      {
        hint: 'Set TMPDIR to a folder that is there and can be written.',
        cause,
      },
    );
  }
}

function label(scenarios: readonly string[]): string {
  const all = scenarios.join('-');
  return all.length <= 60 ? all : `${scenarios.length}-scenarios`;
}

function makeNew(base: string): string {
  attempt(base, () => makeFolders(resolve('reports')));
  for (let n = 1; ; n++) {
    const folder = resolve(n === 1 ? base : `${base}-${n}`);
    if (existsSync(folder)) continue;
    // Whoever makes it owns it; another harness that tries at the same moment goes on to the next name.
    if (attempt(folder, () => exclusively(() => mkdirSync(folder)))) return folder;
  }
}

/** False if what `make` makes is there already. */
function exclusively(make: () => void): boolean {
  try {
    make();
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
