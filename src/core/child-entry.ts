import { fileURLToPath } from 'node:url';

/**
 * Path of the entry file of a child process, given without its extension and relative to the caller's
 * `import.meta.url`. It has the caller's own extension: `.ts` from a checkout, `.js` when built.
 */
export function childEntry(callerUrl: string, relative: string): string {
  const extension = new URL(callerUrl).pathname.endsWith('.ts') ? '.ts' : '.js';
  return fileURLToPath(new URL(`${relative}${extension}`, callerUrl));
}
