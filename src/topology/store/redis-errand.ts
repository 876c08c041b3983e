import type { Redis } from 'ioredis';
import { HarnessError, messageOf, type RedisAddress } from '../../core/index.ts';

/**
 * One short errand at a Redis, on a connection of its own that gives up at the first problem.
 *
 * @param timeoutMs for the connection, and again for each command.
 * @throws HarnessError `server` that says what is wrong: no connection, no permission, no answer, an errand
 * that failed. No cause: ioredis's errors carry the commands they are about, a password among them.
 */
export async function redisErrand<R>(
  address: RedisAddress,
  timeoutMs: number,
  errand: (redis: Redis) => Promise<R>,
): Promise<R> {
  // A run without Redis does without the package, too.
  const ioredis = await import('ioredis');
  const problems: string[] = [];
  const redis = new ioredis.Redis({
    ...address,
    lazyConnect: true,
    retryStrategy: null,
    maxRetriesPerRequest: 0,
    commandTimeout: timeoutMs,
    // The errand itself shows whether it is ready; who may not ask for INFO need not be told so.
    enableReadyCheck: false,
    protocol: 2,
    disableClientInfo: true,
  });
  redis.on('error', (error) => problems.push(messageOf(error)));
  // Its own timeout is for the TCP connection only, not for a server that accepts and says nothing.
  const timer = setTimeout(() => {
    problems.push(`no answer within ${timeoutMs} ms`);
    redis.disconnect();
  }, timeoutMs);
  try {
    await redis.connect();
    clearTimeout(timer);
    // A database that it does not have is an `error`, and the connection stays, on database 0.
    const [problem] = problems;
    if (problem !== undefined) throw new HarnessError('server', problem);
    return await errand(redis);
  } catch (error) {
    throw new HarnessError('server', problems[0] ?? messageOf(error));
  } finally {
    clearTimeout(timer);
    redis.disconnect();
  }
}

/** A field of the answer to INFO. */
export function infoField(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
}
