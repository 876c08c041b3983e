/** Paths into a tool's structured answer: `$`, `$.basketId`, `$.items[0].name`. */

/** The value at the path, or undefined if there is none. The scenario schema has checked the syntax. */
export function valueAt(root: unknown, path: string): unknown {
  let here = root;
  for (const [, key, index] of path.matchAll(/\.([A-Za-z_][A-Za-z0-9_-]*)|\[(\d+)\]/g)) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as Record<string, unknown>)[key ?? index ?? ''];
  }
  return here;
}
