import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HarnessError } from '../core/index.ts';
import type { Catalog } from '../scenario/index.ts';

/** Where this package lies, whether as a checkout (TypeScript) or as published (`dist/`, JavaScript). */

const here = fileURLToPath(import.meta.url);

/** The folder with package.json, scenarios/ and infra/. */
export const packageRoot = findRoot(dirname(here));

/** What can be asked for by name. */
export const catalog: Catalog = {
  scenariosDir: join(packageRoot, 'scenarios'),
  deploymentsDir: join(packageRoot, 'infra/deployments'),
};

/** A program of this package that is started as a process of its own, e.g. `infra/servers/stateful-v2`. */
export function programPath(name: string): string {
  return join(packageRoot, programsFolder, programFile(name));
}

/** Where its programs lie below `packageRoot`. */
export const programsFolder = here.startsWith(join(packageRoot, 'dist')) ? 'dist' : '';

/** The same below that, with its file's ending. */
export function programFile(name: string): string {
  return `${name}${extname(here)}`;
}

export const tool = {
  name: 'mcp-windtunnel',
  version: readVersion(join(packageRoot, 'package.json')),
} as const;

/** The installed version of a package, or undefined if it is not installed. */
export function installedVersion(name: string): string | undefined {
  for (let directory = packageRoot; ; directory = dirname(directory)) {
    const manifest = join(directory, 'node_modules', name, 'package.json');
    if (existsSync(manifest)) return readVersion(manifest);
    if (directory === dirname(directory)) return undefined;
  }
}

function findRoot(from: string): string {
  for (let directory = from; directory !== dirname(directory); directory = dirname(directory)) {
    if (existsSync(join(directory, 'package.json')) && existsSync(join(directory, 'scenarios')))
      return directory;
  }
  throw new HarnessError('internal', `no package.json above ${from}`);
}

function readVersion(manifest: string): string {
  return String((JSON.parse(readFileSync(manifest, 'utf8')) as { version?: unknown }).version);
}
