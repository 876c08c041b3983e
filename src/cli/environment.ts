import { arch, availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import type { Environment } from '../scenario/index.ts';
import { installedVersion } from './package-info.ts';

/** Packages whose version can change a number. */
const packages = [
  '@modelcontextprotocol/server',
  '@modelcontextprotocol/node',
  '@modelcontextprotocol/sdk',
  'http-proxy',
  'undici',
];

/** @param parts versions of what is no package: a database, for example. */
export function describeEnvironment(parts: Record<string, string> = {}): Environment {
  return {
    node: process.version,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    os: `${platform()} ${release()} ${arch()}`,
    packages: {
      ...Object.fromEntries(
        packages.flatMap((name) => {
          const version = installedVersion(name);
          return version === undefined ? [] : [[name, version]];
        }),
      ),
      ...parts,
    },
  };
}
