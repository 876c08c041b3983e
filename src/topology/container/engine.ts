import { getuid } from 'node:process';
import { type ContainerRuntimeClient, getContainerRuntimeClient } from 'testcontainers';
import { HarnessError } from '../../core/index.ts';
import { engineTrouble } from './engine-trouble.ts';

/** The client of the engine's API, as testcontainers makes it. */
export type Docker = ContainerRuntimeClient['container']['dockerode'];
export type Container = ReturnType<Docker['getContainer']>;
export type ContainerOptions = Parameters<Docker['createContainer']>[0];
export type HostConfig = NonNullable<ContainerOptions['HostConfig']>;

/** A container engine that answers: Docker, rootless Docker, or Podman behind Docker's API. */
export interface Engine {
  docker: Docker;
  /** For whoever reads what was measured on it. */
  facts: EngineFacts;
  /** Whom a container's process runs as, so that it can write what is mounted: never the machine's root. */
  user: { uid: number; gid: number; isOurs: boolean };
  /** Of control groups. */
  cgroupVersion: 1 | 2;
  /** Whether a container's control group can be within another's. */
  canNestGroups: boolean;
  /** Whether CPU and memory of a container can be bounded; without root on version 1 they cannot. */
  canLimit: boolean;
  /** Without the engine's own mapping of users, which would keep a container from the files of a run. */
  usernsMode: string | undefined;
}

export interface EngineFacts {
  name: 'Docker' | 'Podman';
  version: string;
  /** The newest version of Docker's API that it speaks. */
  apiVersion: string;
  isRootless: boolean;
  cgroupVersion: 1 | 2;
}

/** The user of the images; it has no name on the machine and owns nothing but what it is given. */
const imageUser = { uid: 65_532, gid: 65_532, isOurs: false };

/**
 * The engine that DOCKER_HOST names, or else the one behind Docker's socket, that of rootless Docker included.
 *
 * @throws HarnessError `usage` when there is none: whether it is missing, stopped or forbidden, and what to do.
 */
export async function findEngine(): Promise<Engine> {
  const trouble = await engineTrouble();
  if (trouble) throw trouble;
  const { container } = await client();
  const docker = container.dockerode;
  refuseOther(docker);
  const { isRootless, ...traits } = traitsOf((await docker.info()) as EngineInfo);
  return {
    docker,
    ...traits,
    facts: { ...(await versionsOf(docker)), isRootless, cgroupVersion: traits.cgroupVersion },
  };
}

/** What an engine says of itself. */
interface EngineInfo {
  /** Docker's `name=rootless`, `name=userns`, … */
  SecurityOptions?: string[];
  /** Podman's way to say it. */
  Rootless?: boolean;
  CgroupVersion?: string;
  /** With `systemd` a group's parent has to be a slice. */
  CgroupDriver?: string;
  /** Podman says it can also where it then ignores what it is told. */
  MemoryLimit?: boolean;
  CpuCfsQuota?: boolean;
}

/** What follows from it for how containers are started. */
export function traitsOf({
  SecurityOptions = [],
  Rootless = false,
  CgroupVersion,
  CgroupDriver,
  MemoryLimit = true,
  CpuCfsQuota = true,
}: EngineInfo): Omit<Engine, 'docker' | 'facts'> & { isRootless: boolean } {
  const has = (name: string) => SecurityOptions.some((option) => option.includes(`name=${name}`));
  const isRootless = Rootless || has('rootless');
  const cgroupVersion = CgroupVersion === '1' ? 1 : 2;
  return {
    isRootless,
    cgroupVersion,
    canNestGroups: CgroupDriver === 'cgroupfs',
    canLimit: MemoryLimit && CpuCfsQuota && !(isRootless && cgroupVersion === 1),
    user: userOf(isRootless),
    usernsMode: has('userns') ? 'host' : undefined,
  };
}

async function versionsOf(docker: Docker): Promise<Pick<EngineFacts, 'name' | 'version' | 'apiVersion'>> {
  const { Version, ApiVersion, Components = [] } = await docker.version();
  // Podman says so in a component's name; Docker's are called Engine, containerd, …
  const isPodman = Components.some((component) => /podman/i.test(component.Name));
  return { name: isPodman ? 'Podman' : 'Docker', version: Version, apiVersion: ApiVersion };
}

async function client(): Promise<ContainerRuntimeClient> {
  try {
    return await getContainerRuntimeClient();
  } catch (cause) {
    throw new HarnessError(
      'usage',
      'what listens at the socket of the container engine does not answer as Docker',
      {
        hint: 'Restart the engine, or name another with DOCKER_HOST.',
        cause,
      },
    );
  }
}

/** testcontainers goes on to the usual sockets when what DOCKER_HOST names does not answer well. */
function refuseOther(docker: Docker): void {
  const named = process.env.DOCKER_HOST;
  const { socketPath, host } = docker.modem as { socketPath?: string; host?: string };
  if (!named || named.includes(socketPath ?? host ?? '')) return;
  throw new HarnessError('usage', `DOCKER_HOST=${named} does not answer as Docker`, {
    hint: 'Restart that engine, or name another.',
  });
}

function userOf(isRootless: boolean): Engine['user'] {
  // Without root, root in the container is the user who runs the engine.
  if (isRootless) return { uid: 0, gid: 0, isOurs: true };
  const uid = getuid?.() ?? 0;
  if (uid === 0) return imageUser;
  return { uid, gid: process.getgid?.() ?? uid, isOurs: true };
}
