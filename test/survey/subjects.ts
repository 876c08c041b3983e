import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { foreignImage, foreignImagePort } from '../../infra/foreign/image.ts';
import { type ForeignName, foreignDeployment, prepareForeign } from '../../infra/foreign/prepare.ts';
import { messageOf } from '../../src/core/index.ts';
import type { Requirement } from '../support/requirements.ts';

/** What is surveyed: the foreign servers, and the reference server beside them. */

export interface Subject {
  name: string;
  /** Package and version, for the table. */
  version: string;
  /** What stands under `server` in a deployment file, with absolute paths. */
  server: string | { command: string[]; cwd: string; env?: Record<string, string> };
  /** The same with `--backend container`, or why it does not run there. */
  contained:
    | { server: string | { image: string; port: number; env: Record<string, string> } }
    | { not: string };
  /** How a process of it is started; `${port}` is a port. */
  command: string[];
  cwd: string | undefined;
  env: Record<string, string>;
  /** What makes it serve without sessions; undefined: it has no such mode. */
  sessionless: string[] | undefined;
  quick: Call;
  /** Takes a second or two, so that a signal meets it at work. */
  slow: Call;
}

export interface Call {
  call: string;
  arguments: Record<string, unknown>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const echo: Call = { call: 'echo', arguments: { text: 'hello' } };
const wait: Call = { call: 'wait', arguments: { ms: 1500 } };

export function reference(engine: Requirement): Subject {
  return {
    name: 'reference',
    version: `\`stateful-v2\` of this project on ${npmVersions(root, '@modelcontextprotocol/server')}`,
    server: 'stateful-v2',
    contained: engine.met ? { server: 'stateful-v2' } : { not: engine.reason },
    command: [process.execPath, join(root, 'infra/servers/stateful-v2.ts')],
    cwd: undefined,
    env: { HOST: '127.0.0.1', PORT: '${port}', WINDTUNNEL_STORE: 'memory' },
    sessionless: undefined,
    quick: echo,
    slow: { call: 'work', arguments: { waitMs: 1500 } },
  };
}

const own: Record<
  ForeignName,
  Pick<Subject, 'sessionless' | 'quick' | 'slow'> & { version(cwd: string): string }
> = {
  everything: {
    sessionless: undefined,
    quick: { call: 'echo', arguments: { message: 'hello' } },
    slow: { call: 'trigger-long-running-operation', arguments: { duration: 1.5, steps: 1 } },
    version: (cwd) =>
      npmVersions(cwd, '@modelcontextprotocol/server-everything', '@modelcontextprotocol/sdk'),
  },
  'python-sdk': {
    sessionless: ['--sessionless'],
    quick: echo,
    slow: wait,
    version: (cwd) => `PyPI ${found(/^mcp==\S+/m, join(cwd, 'requirements.txt'))}`,
  },
  'go-sdk': {
    sessionless: ['--sessionless'],
    quick: echo,
    slow: wait,
    version: (cwd) => found(/github\.com\/modelcontextprotocol\/go-sdk v\S+/, join(cwd, 'go.mod')),
  },
  'fastmcp-ts': {
    sessionless: ['--sessionless'],
    quick: echo,
    slow: wait,
    version: (cwd) => npmVersions(cwd, 'fastmcp', '@modelcontextprotocol/sdk'),
  },
};

export async function foreignSubject(name: ForeignName, engine: Requirement): Promise<Subject> {
  await prepareForeign(name);
  const path = foreignDeployment(name);
  const { server } = parse(readFileSync(path, 'utf8')) as {
    server: { command: string[]; cwd: string; env?: Record<string, string> };
  };
  const cwd = resolve(dirname(path), server.cwd);
  const { version, ...rest } = own[name];
  return {
    name,
    version: version(cwd),
    server: { ...server, cwd },
    contained: engine.met ? await inContainer(name, server.env ?? {}) : { not: engine.reason },
    command: server.command,
    cwd,
    env: server.env ?? {},
    ...rest,
  };
}

async function inContainer(name: ForeignName, env: Record<string, string>): Promise<Subject['contained']> {
  try {
    return { server: { image: await foreignImage(name), port: foreignImagePort, env } };
  } catch (error) {
    return { not: messageOf(error) };
  }
}

function npmVersions(cwd: string, ...packages: string[]): string {
  const versions = packages.map((name) => {
    const manifest = readFileSync(join(cwd, 'node_modules', name, 'package.json'), 'utf8');
    return `${name} ${(JSON.parse(manifest) as { version: string }).version}`;
  });
  return `npm ${versions.join(' on ')}`;
}

function found(pattern: RegExp, path: string): string {
  return pattern.exec(readFileSync(path, 'utf8'))?.[0] ?? 'version unknown';
}

/** What the figures are of: the machine, and what the servers run on. */
export function machine(): string {
  const node = `Node ${process.version.slice(1)}`;
  const others = [
    said('python3', '--version'),
    said('go', 'version').replace(/^go version go(\S+).*/, 'Go $1'),
  ];
  const cores = `${availableParallelism()} cores`;
  return [cpus()[0]?.model.trim() ?? 'unknown', cores, node, ...others.filter((one) => one !== '')].join(
    ', ',
  );
}

function said(program: string, ...args: string[]): string {
  return (spawnSync(program, args, { encoding: 'utf8' }).stdout ?? '').trim();
}
