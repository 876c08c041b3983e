import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isGone, ownerToken } from './ownership.ts';

/** The temporary folders of harnesses: each says whose it is, so that one is known that was left when all was killed. */

/** What the name of each begins with. */
export const folderPrefix = 'windtunnel-';
const ownerFile = '.owner';

/** For this process and the containers it hands parts of it to. */
export function makeRunFolder(path: string): void {
  mkdirSync(path, { mode: 0o700 });
  writeFileSync(join(path, ownerFile), ownerToken(process.pid));
}

/** A shared store may be large, and somebody may still be writing to it. */
export function removeRunFolder(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

/**
 * Removes what harnesses have left that were killed together with their wardens; nothing of one that lives, of another user,
 * or that does not say whose it is.
 * @returns their paths.
 */
export function removeLeftFolders(parent = tmpdir()): string[] {
  return readdirSync(parent)
    .filter((name) => name.startsWith(folderPrefix))
    .map((name) => join(parent, name))
    .filter(isLeft)
    .filter(isRemoved);
}

function isLeft(path: string): boolean {
  try {
    const found = lstatSync(path);
    // Anybody may make a folder there, or a link to another.
    if (!found.isDirectory() || found.uid !== process.getuid?.()) return false;
    return isGone(readFileSync(join(path, ownerFile), 'utf8'));
  } catch {
    // It has just been made, or removed, or is no folder of a run.
    return false;
  }
}

/** False for one that is still held; the next harness finds it. */
function isRemoved(path: string): boolean {
  try {
    removeRunFolder(path);
    return true;
  } catch {
    return false;
  }
}
