import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** A package and all that it needs at run time, as they lie on the disk. */

interface Manifest {
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

/** The folders of the named packages and of what they depend on; what is optional and not there is left out. */
export function packageClosure(root: string, names: readonly string[]): string[] {
  const folders = new Set<string>();
  const visit = (from: string, name: string) => {
    const folder = findPackage(from, name);
    if (folder === undefined || folders.has(folder)) return;
    folders.add(folder);
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
    const { dependencies, peerDependencies, optionalDependencies } = manifest;
    for (const needed of Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies }))
      visit(folder, needed);
  };
  for (const name of names) visit(root, name);
  return [...folders].sort();
}

/** As Node looks for it: in `node_modules` of the folder itself and of each above it. */
export function findPackage(from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}

/** What nobody reads at run time. */
const isIdle = (name: string) => /\.(map|md|d\.[cm]?ts)$/.test(name);

/** All files of a folder but those of packages within it, in order; paths relative to `base`. */
export function filesOf(folder: string, base: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.name === 'node_modules' || isIdle(entry.name)) return [];
      return statSync(path).isDirectory() ? filesOf(path, base) : [relative(base, path)];
    });
}
