import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { HarnessError } from '../../core/index.ts';

/** Where an engine may listen. */
type Address = { path: string } | { host: string; port: number };

const connectTimeoutMs = 3_000;
/** An engine on a busy machine takes its time to say what it is. */
const answerTimeoutMs = 5_000;
const silent = 'silent';
const forProcesses = 'Or run without containers: --backend process.';

/**
 * Why no container engine can be used; undefined if one answers. Missing, stopped, forbidden and silent are told apart,
 * since what to do differs. Whether what answers is an engine is not judged here.
 */
export async function engineTrouble(): Promise<HarnessError | undefined> {
  const named = process.env.DOCKER_HOST || undefined;
  const addresses = named === undefined ? usualSockets() : [addressOf(named)];
  const problems: { where: string; code: string }[] = [];
  for (const address of addresses) {
    const code = (await tryConnect(address)) ?? (await tryAsk(address));
    if (code === undefined) return undefined;
    const where = 'path' in address ? address.path : `${address.host}:${address.port}`;
    // The engine's client would take this one, and wait for it without end.
    if (code === silent) return silentAt(where);
    problems.push({ where, code });
  }
  const forbidden = problems.find(({ code }) => code === 'EACCES' || code === 'EPERM');
  if (forbidden) return forbiddenAt(forbidden.where);
  const present = problems.find(({ code }) => code !== 'ENOENT');
  if (named !== undefined || present) return stopped(named, present ?? problems[0]);
  return isInstalled() ? stopped(undefined, problems[0]) : missing();
}

function missing(): HarnessError {
  if (isOnPath('podman')) {
    return new HarnessError('usage', 'Podman is on this machine, and no socket of it is named', {
      hint: `Run \`podman system service --time=0 unix:///tmp/podman.sock\` and set DOCKER_HOST=unix:///tmp/podman.sock. ${forProcesses}`,
    });
  }
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

function silentAt(where: string): HarnessError {
  const seconds = answerTimeoutMs / 1000;
  return new HarnessError(
    'usage',
    `the container engine at ${where} takes connections and has not answered in ${seconds} s`,
    {
      hint: `Restart it (systemctl restart docker), or name another with DOCKER_HOST. ${forProcesses}`,
    },
  );
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

/**
 * Asks what the engine's client asks first. An answer of any kind is one; so is an end of the connection, of which the
 * client says what it is.
 */
function tryAsk(address: Address): Promise<typeof silent | undefined> {
  // It speaks TLS then, for which the client has the keys.
  if (process.env.DOCKER_TLS_VERIFY) return Promise.resolve(undefined);
  const to = 'path' in address ? { socketPath: address.path } : address;
  return new Promise((resolve) => {
    const outgoing = request({ ...to, path: '/info', headers: { Host: 'docker' }, agent: false });
    const settle = (outcome: typeof silent | undefined) => {
      clearTimeout(timer);
      outgoing.destroy();
      resolve(outcome);
    };
    const timer = setTimeout(() => settle(silent), answerTimeoutMs);
    outgoing.on('response', () => settle(undefined));
    outgoing.on('error', () => settle(undefined));
    outgoing.end();
  });
}

function isInstalled(): boolean {
  return ['dockerd', 'docker'].some(isOnPath);
}

function isOnPath(program: string): boolean {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.some((folder) => existsSync(join(folder, program)));
}
