import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HarnessError, messageOf } from '../core/index.ts';

/** Files that `windtunnel init` leaves: new ones, or none. */

/** @throws HarnessError `usage` if one of them is there; better known before anything is asked. */
export function refuseExisting(folder: string, names: readonly string[]): void {
  const there = names.map((name) => join(folder, name)).find((path) => existsSync(path));
  if (there !== undefined) throw isThere(there);
}

/**
 * Writes all of them or, if one cannot be written or is there, none.
 * @throws HarnessError `usage` that says which, and why.
 */
export function writeNew(folder: string, texts: Readonly<Record<string, string>>): void {
  const written: string[] = [];
  let path = folder;
  try {
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(texts)) {
      path = join(folder, name);
      writeFileSync(path, text, { flag: 'wx' });
      written.push(path);
    }
  } catch (cause) {
    for (const one of written) rmSync(one, { force: true });
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') throw isThere(path);
    throw new HarnessError('usage', `cannot write ${path}: ${messageOf(cause)}`, {
      hint: 'Choose a folder that can be written with --out.',
      cause,
    });
  }
}

function isThere(path: string): HarnessError {
  return new HarnessError('usage', `${path} is there already, and init overwrites nothing`, {
    hint: 'Choose another folder with --out, or move the file away.',
  });
}
