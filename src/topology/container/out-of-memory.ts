import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { HarnessError, messageOf } from '../../core/index.ts';
import { pathIn } from './cgroup-usage.ts';
import type { LiveContainer } from './run-container.ts';
import type { RunScope } from './run-scope.ts';

/**
 * Writes to a tmpfs without end. Such pages count as the container's memory, and no process can be killed to be rid of
 * them; so the system kills the largest process there is, which is the server.
 */
const filler =
  "const fs = require('fs'), b = Buffer.alloc(1 << 20, 1), f = fs.openSync('/tmp/fill', 'w'); for (;;) fs.writeSync(f, b)";
/** Above what the container holds: what the filler needs itself, and less than the tmpfs can take on top. */
const roomBytes = 72 * 2 ** 20;
/** The least that an engine accepts. */
const leastBytes = 8 * 2 ** 20;
/** Of the filler's own container; more than the room. */
const fillerTmpfs = 'rw,nosuid,nodev,size=128m,mode=1777';

/** It must be possible to change the limit of a container that runs. */
const noUpdate = 'Podman 4 has no such call in its API for Docker; use Docker, or leave out-of-memory out.';

/** Whose memory is to be exhausted. */
export interface Starved {
  /** Whether its image has Node, which then fills the memory from within. */
  hasNode: boolean;
  /** An image that has it. */
  nodeImage: string;
}

/**
 * Has the system kill a container's server for want of memory. Resolves when that has been brought about; it is seen
 * to end like another.
 *
 * Where the image has no Node, it is enough on control groups of version 2 to lower the limit below what the server
 * holds. Version 1 refuses that; there a second container fills the memory, whose group is within that of the first.
 * @throws HarnessError `internal` if it cannot be brought about.
 */
export async function exhaustMemory(
  scope: RunScope,
  live: LiveContainer,
  { hasNode, nodeImage }: Starved,
): Promise<void> {
  const { container } = live;
  const isLowered = !hasNode && scope.engine.cgroupVersion === 2;
  try {
    const limitBytes = isLowered ? leastBytes : await roomAbove(container);
    // No swap on top.
    await container.update({ Memory: limitBytes, MemorySwap: limitBytes });
    if (hasNode) await fillFromWithin(scope, container);
    else if (!isLowered) await fillFromBeside(scope, live, nodeImage);
  } catch (cause) {
    throw new HarnessError('internal', `the memory of a container cannot be exhausted: ${messageOf(cause)}`, {
      ...((cause as { statusCode?: number }).statusCode === 404 && { hint: noUpdate }),
      cause,
    });
  }
}

async function fillFromWithin(
  { engine: { docker } }: RunScope,
  container: LiveContainer['container'],
): Promise<void> {
  const exec = await container.exec({ Cmd: ['node', '-e', filler] });
  const output = await exec.start({});
  // Read, so that its end is seen; what it says is that it was killed, or nothing.
  await new Promise<void>((resolve) => {
    docker.modem.demuxStream(output, nowhere(), nowhere());
    for (const event of ['end', 'close', 'error']) output.on(event, () => resolve());
  });
}

/** Among the other's processes, so that it ends with the first of them: its group would keep the other's from going. */
async function fillFromBeside(
  scope: RunScope,
  { container, pid }: LiveContainer,
  nodeImage: string,
): Promise<void> {
  const { docker, user } = scope.engine;
  const group = pathIn(readFileSync(`/proc/${pid}/cgroup`, 'utf8'), 'memory');
  const beside = await docker.createContainer({
    name: `${scope.id}-filler-${container.id.slice(0, 12)}`,
    Image: nodeImage,
    Entrypoint: [],
    Cmd: ['node', '-e', filler],
    User: `${user.uid}:${user.gid}`,
    Labels: scope.labelsFor('filler'),
    HostConfig: {
      ...{ NetworkMode: 'none', PidMode: `container:${container.id}`, CgroupParent: group ?? '' },
      ...{ ReadonlyRootfs: true, CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges'] },
      Tmpfs: { '/tmp': fillerTmpfs },
      LogConfig: { Type: 'none', Config: {} },
    },
  });
  try {
    await beside.start();
    await beside.wait();
  } finally {
    await beside.remove({ force: true });
  }
}

/** Not above the limit that the deployment sets. */
async function roomAbove(container: LiveContainer['container']): Promise<number> {
  const { memory_stats } = await container.stats({ stream: false, 'one-shot': true });
  const { HostConfig } = await container.inspect();
  const wanted = (memory_stats.usage ?? 0) + roomBytes;
  const own = HostConfig.Memory ?? 0;
  return own > 0 ? Math.min(own, wanted) : wanted;
}

function nowhere(): NodeJS.WritableStream {
  return new PassThrough().resume();
}
