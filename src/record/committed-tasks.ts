import { open } from 'node:fs/promises';
import { objectIn } from '../core/index.ts';

const chunkBytes = 1024 * 1024;
const commitMark = '"event":"commit"';

/**
 * Which of these tasks have a commit in a ledger, whichever process wrote it. A last line that has no end is none. Only
 * commits are parsed, so that a server that asks while it serves is kept for about a millisecond by each megabyte.
 * @throws Error of the file system when the ledger cannot be read.
 */
export async function committedTasks(path: string, taskIds: readonly string[]): Promise<Set<string>> {
  const asked = new Set(taskIds);
  const found = new Set<string>();
  if (asked.size === 0) return found;
  await using file = await open(path);
  const chunk = Buffer.allocUnsafe(chunkBytes);
  let begun = '';
  for (;;) {
    const { bytesRead } = await file.read(chunk);
    if (bytesRead === 0) return found;
    // Ids of tasks are ASCII, and a character is never cut this way.
    const text = begun + chunk.toString('latin1', 0, bytesRead);
    const end = text.lastIndexOf('\n') + 1;
    for (const taskId of committedIn(text.slice(0, end))) if (asked.has(taskId)) found.add(taskId);
    begun = text.slice(end);
  }
}

function* committedIn(lines: string): Generator<string> {
  for (let at = lines.indexOf(commitMark); at >= 0; at = lines.indexOf(commitMark, at + 1)) {
    const line = lines.slice(lines.lastIndexOf('\n', at) + 1, lines.indexOf('\n', at));
    // A line that another process left torn says nothing.
    const { event, taskId } = objectIn(line) ?? {};
    if (event === 'commit' && typeof taskId === 'string') yield taskId;
  }
}
