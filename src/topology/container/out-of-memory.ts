import { PassThrough } from 'node:stream';
import { HarnessError, messageOf } from '../../core/index.ts';
import type { Engine } from './engine.ts';
import type { LiveContainer } from './run-container.ts';

/**
 * Writes to the container's tmpfs without end. Such pages count as the container's memory, and no process can be
 * killed to be rid of them; so the system kills the largest process there is, which is the server.
 */
const filler =
  "const fs = require('fs'), b = Buffer.alloc(1 << 20, 1), f = fs.openSync('/tmp/fill', 'w'); for (;;) fs.writeSync(f, b)";
/** Above what the container holds: what the filler needs itself, and less than the tmpfs can take on top. */
const roomBytes = 72 * 2 ** 20;
/** The least that an engine accepts. */
const leastBytes = 8 * 2 ** 20;

/**
 * Has the system kill a container's server for want of memory. Resolves when that has been brought about; it is seen
 * to end like another.
 *
 * @param hasNode whether the image has Node, which then fills the memory from within. On control groups of version 2 it
 *   is enough to lower the limit below what the server holds; version 1 refuses that.
 * @throws HarnessError `internal` if it cannot be brought about.
 */
export async function exhaustMemory(
  { docker }: Pick<Engine, 'docker'>,
  { container }: LiveContainer,
  hasNode: boolean,
): Promise<void> {
  try {
    const limitBytes = hasNode ? await roomAbove(container) : leastBytes;
    // No swap on top.
    await container.update({ Memory: limitBytes, MemorySwap: limitBytes });
    if (!hasNode) return;
    const exec = await container.exec({ Cmd: ['node', '-e', filler] });
    const output = await exec.start({});
    // Read, so that its end is seen; what it says is that it was killed, or nothing.
    await new Promise<void>((resolve) => {
      docker.modem.demuxStream(output, nowhere(), nowhere());
      for (const event of ['end', 'close', 'error']) output.on(event, () => resolve());
    });
  } catch (cause) {
    throw new HarnessError('internal', `the memory of a container cannot be exhausted: ${messageOf(cause)}`, {
      cause,
    });
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
