import { HarnessError, type RedisAddress } from '../../core/index.ts';
import { infoField, redisErrand } from './redis-errand.ts';

/** The keys of one run in a Redis that may hold those of others. */
export interface RedisKeys {
  address: RedisAddress;
  /** What they all begin with: `windtunnel:<run>:`. */
  prefix: string;
}

/** Letters and signs that have no meaning in a pattern of SCAN; so a prefix matches itself and nothing else. */
export const redisPrefixPattern = /^windtunnel:[\w-]+:$/;

const timeoutMs = 5_000;
/** How many keys one SCAN looks at, and at most about so many one UNLINK removes. */
const batch = 500;

/**
 * Removes them, in batches, so that others who use the server are not kept waiting. Nobody may still be writing.
 * @throws HarnessError `server` when that is not possible.
 */
export async function removeRedisKeys({ address, prefix }: RedisKeys): Promise<void> {
  if (!redisPrefixPattern.test(prefix)) throw new HarnessError('internal', `${prefix} is no prefix of a run`);
  await redisErrand(address, timeoutMs, async (redis) => {
    let cursor = '0';
    do {
      const [next, keys] = await redis.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', batch);
      if (keys.length > 0) await redis.unlink(...keys);
      cursor = next;
    } while (cursor !== '0');
  });
}

/**
 * Tries everything a run asks of a Redis, on a key of its own.
 * @returns the server's version.
 * @throws HarnessError `server` that says what is not possible.
 */
export async function rehearseRedis({ address, prefix }: RedisKeys): Promise<string> {
  const version = await redisErrand(address, timeoutMs, async (redis) => {
    const key = `${prefix}rehearsal`;
    // It expires by itself, should this process end here.
    await redis.set(key, '1', 'PX', 10_000);
    // A run can do without it, and some are not allowed to ask.
    const info = redis.info('server').catch(() => '');
    await redis.eval("return redis.call('GET', KEYS[1])", 1, key);
    return infoField(await info, 'redis_version');
  });
  await removeRedisKeys({ address, prefix });
  return version ?? 'unknown';
}
