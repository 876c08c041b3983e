import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { HarnessError } from '../../core/index.ts';

/** Where an engine may listen. */
type Address = { path: string } | { host: string; port: number };

const connectTimeoutMs = 3_000;
const forProcesses = 'Or run without containers: --backend process.';

/**
 * Why no container engine can be used; undefined if one takes connections. Missing, stopped and forbidden are told
 * apart, since what to do differs.
 */
export async function engineTrouble(): Promise<HarnessError | undefined> {
  const named = process.env.DOCKER_HOST || undefined;
  const addresses = named === undefined ? usualSockets() : [addressOf(named)];
  const problems: { where: string; code: string }[] = [];
  for (const address of addresses) {
    const code = await tryConnect(address);
    if (code === undefined) return undefined;
    problems.push({ where: 'path' in address ? address.path : `${address.host}:${address.port}`, code });
  }
  const forbidden = problems.find(({ code }) => code === 'EACCES' || code === 'EPERM');
  if (forbidden) return forbiddenAt(forbidden.where);
  const present = problems.find(({ code }) => code !== 'ENOENT');
  if (named !== undefined || present) return stopped(named, present ?? problems[0]);
  return isInstalled() ? stopped(undefined, problems[0]) : missing();
}

function missing(): HarnessError {
  return new HarnessError('usage', 'there is no container engine on this machine', {
    hint: `Install Docker (apt-get install docker.io) or Podman, or name an engine with DOCKER_HOST. ${forProcesses}`,
  });
}

function stopped(named: string | undefined, at: { where: string; code: string } | undefined): HarnessError {
  const where = named === undefined ? at?.where : `DOCKER_HOST=${named}`;
  return new HarnessError('usage', `the container engine does not answer at ${where} (${at?.code})`, {
    hint: `Start it (systemctl start docker, or dockerd), or name another with DOCKER_HOST. ${forProcesses}`,
  });
}

function forbiddenAt(where: string): HarnessError {
  return new HarnessError('usage', `you may not use the container engine at ${where} (permission denied)`, {
    hint: `Join the group that owns the socket (usermod -aG docker $USER, then log in again), or run an engine of your own (rootless Docker). ${forProcesses}`,
  });
}

/** @throws HarnessError `usage` for what names no engine. */
function addressOf(dockerHost: string): Address {
  const match = /^(?:unix:\/\/(\/.+)|(?:tcp|https?):\/\/(\[[^\]]+\]|[^:/]+):(\d+)\/?)$/.exec(dockerHost);
  if (match?.[1] !== undefined) return { path: match[1] };
  if (match?.[2] !== undefined) return { host: match[2].replace(/^\[(.*)\]$/, '$1'), port: Number(match[3]) };
  throw new HarnessError('usage', `DOCKER_HOST=${dockerHost} names no engine that can be used`, {
    hint: 'It is unix:///path/docker.sock or tcp://host:port.',
  });
}

/** As testcontainers looks for them. */
function usualSockets(): Address[] {
  const { XDG_RUNTIME_DIR } = process.env;
  return [
    '/var/run/docker.sock',
    ...(XDG_RUNTIME_DIR ? [join(XDG_RUNTIME_DIR, 'docker.sock')] : []),
    join(homedir(), '.docker/run/docker.sock'),
    join(homedir(), '.docker/desktop/docker.sock'),
    `/run/user/${process.getuid?.() ?? 0}/docker.sock`,
  ].map((path) => ({ path }));
}

/** The code of what went wrong; undefined if it was taken. */
function tryConnect(address: Address): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(address);
    const settle = (code: string | undefined) => {
      socket.destroy();
      resolve(code);
    };
    socket.setTimeout(connectTimeoutMs, () => settle('ETIMEDOUT'));
    socket.on('connect', () => settle(undefined));
    socket.on('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message));
  });
}

function isInstalled(): boolean {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.some((folder) => ['dockerd', 'docker'].some((name) => existsSync(join(folder, name))));
}
