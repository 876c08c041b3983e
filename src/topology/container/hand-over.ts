import { chownSync, closeSync, existsSync, openSync } from 'node:fs';
import type { Engine } from './engine.ts';

/** A file or a folder of ours that a container is to write to; a file is made if it is not there. */
export function handOver(path: string, { user }: Pick<Engine, 'user'>): string {
  if (!existsSync(path)) closeSync(openSync(path, 'a'));
  if (user.isOurs) return path;
  // We are root, so it stays ours as well.
  chownSync(path, user.uid, user.gid);
  return path;
}
