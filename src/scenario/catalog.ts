import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { HarnessError } from '../core/index.ts';

/** The folders that names on the command line are looked up in. */
export interface Catalog {
  scenariosDir: string;
  deploymentsDir: string;
}

/** Names of the YAML files in a folder, without their ending, in alphabetical order. */
export function namesIn(directory: string): string[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => basename(file, '.yaml'))
    .sort();
}

/**
 * The file meant by a name or a path. A name stands in `directory`; anything with a slash or a file ending
 * is a path.
 * @throws HarnessError `usage` that lists the names there are.
 */
export function resolveFile(nameOrPath: string, directory: string, kind: string): string {
  const isPath = /[/\\]|\.ya?ml$/.test(nameOrPath);
  const path = isPath ? nameOrPath : join(directory, `${nameOrPath}.yaml`);
  if (existsSync(path)) return path;
  throw new HarnessError(
    'usage',
    isPath ? `no ${kind} file ${nameOrPath}` : `no ${kind} named ${nameOrPath}`,
    {
      hint: `Known by name: ${namesIn(directory).join(', ')}; or give the path of a .yaml file.`,
    },
  );
}
