import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { childEntry, HarnessError, messageOf } from '../../core/index.ts';
import { removeSuperseded } from './clean-up.ts';
import type { Docker, Engine } from './engine.ts';
import { imageRepository, labels } from './labels.ts';
import { filesOf, findPackage, packageClosure } from './package-files.ts';

/** Where this package lies, and its programs in it: the checkout itself, or `dist`. */
export interface ProgramFiles {
  packageRoot: string;
  /** '' or `dist`, relative to it. */
  programs: string;
}

export interface ProgramImage {
  name: string;
  /** The path of a program of this package in it, e.g. `infra/servers/stateful-v2.ts`. */
  pathOf(program: string): string;
}

export interface BuildMeans {
  /** For the build's files, and gone after it. */
  folder: string;
  owner: string;
  baseImage: string;
  /** Is told of what takes its time. */
  tell: (what: string) => void;
  /** Another version of the same content, to be rolled out. */
  version?: string;
}

/** What of this package runs in a container: the servers and the balancer, and what they import. */
const programFolders = ['src/core', 'src/record', 'src/topology', 'infra/servers'];
const packages = [
  '@modelcontextprotocol/node',
  '@modelcontextprotocol/sdk',
  '@modelcontextprotocol/server',
  'eventsource-parser',
  'http-proxy',
  'ioredis',
  'zod',
];
const appFolder = '/app';

/**
 * The image of the reference servers and the balancer, built if there is none of just this content on this base. One
 * that is built takes the place of those before it that no run uses.
 *
 * @throws HarnessError `internal` if it cannot be built.
 */
export async function programImage(
  { docker }: Pick<Engine, 'docker'>,
  files: ProgramFiles,
  means: BuildMeans,
): Promise<ProgramImage> {
  const layout = layoutOf(files);
  const { Id: baseId } = await docker.getImage(means.baseImage).inspect();
  const dockerfile = readFileSync(join(files.packageRoot, 'infra/images/Dockerfile'), 'utf8');
  const version = means.version === undefined ? '' : `LABEL ${labels.version}=${means.version}\n`;
  const name = `${imageRepository}:${contentHash(layout, [dockerfile, version, baseId])}`;
  if (!(await imageExists(docker, name))) {
    means.tell(`building the image ${name} on ${means.baseImage}`);
    await build(docker, name, layout, dockerfile + version, means);
    await removeSuperseded(docker);
  }
  return { name, pathOf: (program) => join(appFolder, layout.programsPath, program.replace(/\.ts$/, '.js')) };
}

export async function imageExists(docker: Docker, name: string): Promise<boolean> {
  try {
    await docker.getImage(name).inspect();
    return true;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return false;
    throw error;
  }
}

interface Layout {
  /** What all paths are relative to: they lie in the image as they lie here, so that packages are found. */
  base: string;
  paths: string[];
  /** Of the programs of this package in it. */
  programsPath: string;
}

function layoutOf({ packageRoot, programs }: ProgramFiles): Layout {
  const closure = packageClosure(packageRoot, packages);
  // Installed as a package, its dependencies lie beside it.
  const outermost = findPackage(packageRoot, packages[0] ?? '') ?? packageRoot;
  const base = outermost.slice(0, outermost.indexOf('/node_modules/'));
  const own = programFolders.flatMap((folder) => filesOf(join(packageRoot, programs, folder), base));
  const manifest = relative(base, join(packageRoot, 'package.json'));
  const theirs = closure.flatMap((folder) => filesOf(folder, base));
  const programsPath = relative(base, join(packageRoot, programs));
  return { base, paths: [manifest, ...own, ...theirs], programsPath };
}

function contentHash({ base, paths }: Layout, more: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of more) hash.update(`${text}\0`);
  for (const path of paths)
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(base, path)))
      .update('\0');
  return hash.digest('hex').slice(0, 16);
}

async function build(
  docker: Docker,
  name: string,
  layout: Layout,
  dockerfile: string,
  { folder, owner, baseImage, version = '1' }: BuildMeans,
): Promise<void> {
  const context = join(folder, `image-${version}`);
  try {
    await fill(context, layout);
    writeFileSync(join(context, 'Dockerfile'), dockerfile);
    const output = await docker.buildImage(
      { context, src: ['Dockerfile', 'app'] },
      {
        t: name,
        buildargs: { BASE_IMAGE: baseImage, OWNER: owner },
        forcerm: true,
        labels: { [labels.part]: 'image' },
      },
    );
    await finished(docker, output);
  } catch (cause) {
    throw new HarnessError('internal', `the image ${name} cannot be built: ${messageOf(cause)}`, {
      hint: `Its base is ${baseImage}; WINDTUNNEL_BASE_IMAGE names another.`,
      cause,
    });
  }
}

/**
 * Copies all files. What is TypeScript becomes JavaScript: for Node to strip its types at each start costs a server more
 * than all else that it does until it listens.
 */
async function fill(context: string, { base, paths, programsPath }: Layout): Promise<void> {
  const app = join(context, 'app');
  for (const path of paths) {
    const to = join(app, path);
    if (!existsSync(dirname(to))) mkdirSync(dirname(to), { recursive: true });
    copyFileSync(join(base, path), to);
  }
  const folders = programFolders.map((folder) => join(app, programsPath, folder));
  const stripTypes = childEntry(import.meta.url, './strip-types-main');
  await promisify(execFile)(process.execPath, ['--no-warnings', stripTypes, ...folders]);
}

/** Follows what the engine says of a build or a pull; rejects with the error that it ends with. */
export function finished(docker: Docker, output: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(output, (error: Error | null, lines: { error?: string }[] = []) => {
      const said = lines.find((line) => line?.error !== undefined)?.error;
      if (error ?? said) reject(error ?? new Error(said));
      else resolve();
    });
  });
}
