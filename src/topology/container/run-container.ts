import type { Duplex } from 'node:stream';
import { PassThrough } from 'node:stream';
import { HarnessError, messageOf } from '../../core/index.ts';
import { attach } from './attach.ts';
import type { Container, HostConfig } from './engine.ts';
import { missingImage } from './image-trouble.ts';
import type { RunScope } from './run-scope.ts';

/** How to start one container. */
export interface ContainerSpec {
  /** Behind the run's id: `r1-2`, `balancer`, … */
  name: string;
  part: 'replica' | 'balancer' | 'store' | 'check';
  image: string;
  /** Absent: what the image itself runs. */
  command?: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Of the machine, at the same path in the container or at another; writable. */
  mounts?: readonly { from: string; to: string }[];
  /** Published on a free port of 127.0.0.1. */
  publishedPort?: number;
  limits?: ContainerLimits;
  /** Of somebody else: it runs as the user that its image names, and may write within itself. */
  isForeign?: boolean;
  /** Who is to read what it writes. */
  onOutput: (chunk: Buffer, stream: 'stdout' | 'stderr') => void;
}

export interface ContainerLimits {
  cpus?: number | undefined;
  memoryBytes?: number | undefined;
}

export interface ContainerEnd {
  exitCode: number | null;
  oomKilled: boolean;
}

/** A container that has been started. It ends with the harness: its standard input is held open from here. */
export interface LiveContainer {
  readonly container: Container;
  readonly pid: number;
  /** On the run's network. */
  readonly address: string;
  /** Of 127.0.0.1; undefined if none is published. */
  readonly publishedPort: number | undefined;
  readonly stdin: Duplex;
  /** Settles when it has ended and all its output has been handed on; never rejects. */
  readonly ended: Promise<ContainerEnd>;
}

/** The highest there is; see proc(5), oom_score_adj. */
const firstToBeKilled = 1000;
/** Node starts some dozen threads; what forks without end must not take the machine with it. */
const pidsMax = 512;

/**
 * Starts a container on the run's network: without capabilities, and if it is ours not as root, on a read-only file
 * system.
 *
 * @throws HarnessError `usage` if there is no such image, `server` if it cannot be started.
 */
export async function startContainer(scope: RunScope, spec: ContainerSpec): Promise<LiveContainer> {
  const container = await created(scope, spec);
  try {
    const stdin = await attach(scope.engine.docker, container.id);
    const outputEnded = handOn(scope, stdin, spec.onOutput);
    // Asked for before it starts, so that an end that comes at once is not missed.
    const ended = endOf(container, outputEnded);
    await container.start();
    const { State, NetworkSettings } = await container.inspect();
    const published = NetworkSettings.Ports[`${spec.publishedPort}/tcp`]?.[0]?.HostPort;
    return {
      container,
      pid: State.Pid,
      address: NetworkSettings.Networks[scope.network]?.IPAddress ?? '',
      publishedPort: published === undefined ? undefined : Number(published),
      stdin,
      ended,
    };
  } catch (cause) {
    await container.remove({ force: true, v: true }).catch(() => {});
    throw new HarnessError('server', `${spec.name} cannot be started: ${messageOf(cause)}`, {
      hint: `Check the image ${spec.image}, and what it runs: ${spec.command?.join(' ') ?? 'its own command'}`,
      cause,
    });
  }
}

async function created(scope: RunScope, spec: ContainerSpec): Promise<Container> {
  const { docker, user } = scope.engine;
  try {
    return await docker.createContainer({
      name: `${scope.id}-${spec.name}`,
      Image: spec.image,
      ...(spec.command !== undefined && { Entrypoint: [], Cmd: [...spec.command] }),
      Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
      ...(!spec.isForeign && { User: `${user.uid}:${user.gid}` }),
      Labels: scope.labelsFor(spec.part),
      // The lifeline: it ends when the one client that is attached goes, however it goes.
      ...{ OpenStdin: true, StdinOnce: true, AttachStdin: true, AttachStdout: true, AttachStderr: true },
      ...(spec.publishedPort !== undefined && { ExposedPorts: { [`${spec.publishedPort}/tcp`]: {} } }),
      HostConfig: hostConfig(scope, spec),
    });
  } catch (cause) {
    if ((cause as { statusCode?: number }).statusCode === 404) throw missingImage(spec.image, cause);
    throw new HarnessError('server', `${spec.name} cannot be made: ${messageOf(cause)}`, { cause });
  }
}

function hostConfig(
  scope: RunScope,
  { mounts = [], publishedPort, limits, isForeign = false }: ContainerSpec,
): HostConfig {
  const { usernsMode } = scope.engine;
  const memory = limits?.memoryBytes;
  return {
    NetworkMode: scope.network,
    ReadonlyRootfs: !isForeign,
    Tmpfs: { '/tmp': 'rw,nosuid,nodev,size=64m,mode=1777' },
    CapDrop: ['ALL'],
    // Where SELinux rules, a container may else not write what is mounted; elsewhere it means nothing.
    SecurityOpt: ['no-new-privileges', 'label=disable'],
    PidsLimit: pidsMax,
    // Where memory runs out it is the server that is killed, however small it is.
    ...(isForeign && { OomScoreAdj: firstToBeKilled }),
    Binds: mounts.map(({ from, to }) => `${from}:${to}`),
    // What it writes is read from here; the engine keeps no copy, which nobody would bound.
    LogConfig: { Type: 'none', Config: {} },
    ...(publishedPort !== undefined && {
      PortBindings: { [`${publishedPort}/tcp`]: [{ HostIp: '127.0.0.1', HostPort: '' }] },
    }),
    ...(limits?.cpus !== undefined && { NanoCpus: Math.round(limits.cpus * 1e9) }),
    // No swap on top: what is over the limit is to be killed, not to be slow.
    ...(memory !== undefined && { Memory: memory, MemorySwap: memory }),
    ...(usernsMode !== undefined && { UsernsMode: usernsMode }),
  };
}

/** Off the run's network, with all connections it has. One that has ended meanwhile is off it anyway. */
export async function disconnect(scope: RunScope, { container }: LiveContainer): Promise<void> {
  await scope.engine.docker.getNetwork(scope.network).disconnect({ Container: container.id, Force: true });
}

/** Resolves to its address from then on. */
export async function reconnect(scope: RunScope, { container }: LiveContainer): Promise<string> {
  await scope.engine.docker.getNetwork(scope.network).connect({ Container: container.id });
  const { NetworkSettings } = await container.inspect();
  return NetworkSettings.Networks[scope.network]?.IPAddress ?? '';
}

/** Resolves when nothing more can come. */
function handOn(scope: RunScope, stream: Duplex, take: ContainerSpec['onOutput']): Promise<void> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  stdout.on('data', (chunk: Buffer) => take(chunk, 'stdout'));
  stderr.on('data', (chunk: Buffer) => take(chunk, 'stderr'));
  scope.engine.docker.modem.demuxStream(stream, stdout, stderr);
  return new Promise((resolve) => {
    stream.on('error', () => resolve());
    stream.on('close', () => resolve());
    stream.on('end', () => resolve());
  });
}

async function endOf(container: Container, outputEnded: Promise<void>): Promise<ContainerEnd> {
  try {
    await container.wait({ condition: 'next-exit' });
    const { State } = await container.inspect();
    await outputEnded;
    return { exitCode: State.ExitCode, oomKilled: State.OOMKilled };
  } catch {
    // It was removed, or the engine has gone: either way there is nothing left to know.
    return { exitCode: null, oomKilled: false };
  }
}
