import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { HarnessError, messageOf } from '../../src/core/index.ts';

/**
 * Servers that nobody here wrote, or that are written on what nobody here wrote. What they need is fetched through
 * the package managers of their languages when it is first wanted, at versions that are pinned, into `.cache/foreign`.
 */

const execute = promisify(execFile);
const sources = fileURLToPath(new URL('.', import.meta.url));
const cache = fileURLToPath(new URL('../../.cache/foreign', import.meta.url));
const stepTimeoutMs = 300_000;

type Step = readonly [program: string, ...args: string[]];

interface Recipe {
  /** What it is made with, as a program that must be there. */
  needs: 'npm' | 'python3' | 'go';
  steps: readonly Step[];
}

const npmInstall: Step = ['npm', 'ci', '--no-audit', '--no-fund', '--ignore-scripts'];

const recipes = {
  everything: { needs: 'npm', steps: [npmInstall] },
  'fastmcp-ts': { needs: 'npm', steps: [npmInstall] },
  'python-sdk': {
    needs: 'python3',
    steps: [
      ['python3', '-m', 'venv', '.venv'],
      [
        '.venv/bin/python',
        '-m',
        'pip',
        'install',
        '--quiet',
        '--no-deps',
        '--requirement',
        'requirements.txt',
      ],
    ],
  },
  // Linked statically, so that it is its own image.
  'go-sdk': { needs: 'go', steps: [['env', 'CGO_ENABLED=0', 'go', 'build', '-o', 'server', '.']] },
} as const satisfies Record<string, Recipe>;

export type ForeignName = keyof typeof recipes;
export const foreignNames = Object.keys(recipes) as ForeignName[];

/** The deployment file of a foreign server; to be run once it is prepared. */
export function foreignDeployment(name: ForeignName): string {
  return join(sources, name, 'deployment.yaml');
}

/** The program that a foreign server needs and that is not on this machine; undefined if it is there. */
export function missingProgram(name: ForeignName): string | undefined {
  const { needs } = recipes[name];
  const isThere = (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, needs)));
  return isThere ? undefined : needs;
}

/**
 * Makes a server ready to be started: its sources, and what they need, in a folder of the cache. Does nothing where
 * the same sources were prepared before. Several may prepare the same one at once: each works in a folder of its own,
 * and the first puts it in place.
 * @returns the folder.
 * @throws HarnessError `server` that says which step failed.
 */
export async function prepareForeign(name: ForeignName): Promise<string> {
  const target = join(cache, name);
  const stamp = stampOf(name);
  if (isPrepared(target, stamp)) return target;
  const work = join(cache, `.${name}-${randomUUID()}`);
  try {
    cpSync(join(sources, name), work, { recursive: true });
    for (const step of recipes[name].steps) await carryOut(step, work, name);
    writeFileSync(join(work, '.stamp'), stamp);
    putInPlace(work, target, stamp);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return target;
}

function isPrepared(folder: string, stamp: string): boolean {
  const path = join(folder, '.stamp');
  return existsSync(path) && readFileSync(path, 'utf8') === stamp;
}

function putInPlace(work: string, target: string, stamp: string): void {
  const old = `${work}-old`;
  try {
    if (existsSync(target) && !isPrepared(target, stamp)) renameSync(target, old);
    renameSync(work, target);
  } catch (cause) {
    // Another has been faster; what it made of the same sources is as good.
    if (!isPrepared(target, stamp)) throw cause;
  } finally {
    rmSync(old, { recursive: true, force: true });
  }
}

/** Of all its sources, by name and content. */
function stampOf(name: ForeignName): string {
  const hash = createHash('sha256').update(`${process.arch} ${JSON.stringify(recipes[name].steps)}\n`);
  const files = readdirSync(join(sources, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) {
    hash
      .update(`${file.slice(sources.length)}\n`)
      .update(readFileSync(file))
      .update('\n');
  }
  return hash.digest('hex');
}

async function carryOut([program, ...args]: Step, cwd: string, name: ForeignName): Promise<void> {
  // The Node that runs this also runs what npm starts.
  const path = `${dirname(process.execPath)}:${process.env.PATH}`;
  const options = { cwd, timeout: stepTimeoutMs, maxBuffer: 1 << 24, env: { ...process.env, PATH: path } };
  try {
    await execute(program.includes('/') ? join(cwd, program) : program, args, options);
  } catch (cause) {
    const { stderr } = cause as { stderr?: string };
    const said = stderr ? stderr.trim().slice(-2000) : messageOf(cause);
    throw new HarnessError('server', `${name}: \`${[program, ...args].join(' ')}\` failed: ${said}`, {
      hint: `It needs ${recipes[name].needs}, and its package registry.`,
      cause,
    });
  }
}
