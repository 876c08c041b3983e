import type { RedisConfig } from '../host/config.ts';
import { connectRedis } from '../store/redis-connection.ts';
import { type KeptResult, type KeyedCalls, leaseMs } from './types.ts';

/** A result is kept for so long: longer than any client asks again. */
const keptMs = 600_000;

/** Two keys for each call: who has it, which goes when the lease does, and its result. */
const scripts = {
  claimCall: {
    numberOfKeys: 2,
    lua: `
      local result = redis.call('GET', KEYS[2])
      if result then return result end
      return redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) and 'mine' or 'busy'`,
  },
  ifMine: {
    numberOfKeys: 2,
    lua: `
      if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
      if ARGV[2] == 'renew' then return redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
      if ARGV[2] == 'settle' then redis.call('SET', KEYS[2], ARGV[4], 'PX', ARGV[3]) end
      return redis.call('DEL', KEYS[1])`,
  },
};

interface Scripts {
  claimCall(owner: string, result: string, me: string, leaseMs: number): Promise<string>;
  ifMine(owner: string, result: string, me: string, deed: string, ms: number, text: string): Promise<number>;
}

/** In the Redis that all replicas share. @throws HarnessError `server` when it cannot be reached. */
export async function redisKeyedCalls(
  config: RedisConfig,
  onTrouble: (message: string) => void,
): Promise<KeyedCalls> {
  const { redis } = await connectRedis<Scripts>(config.address, scripts, onTrouble);
  const ownerKey = (key: string) => `${config.prefix}call:${key}:owner`;
  const resultKey = (key: string) => `${config.prefix}call:${key}:result`;
  const ifMine = async (key: string, owner: string, deed: string, ms: number, text = '') =>
    void (await redis.ifMine(ownerKey(key), resultKey(key), owner, deed, ms, text));
  return {
    async claim(key, owner) {
      const answer = await redis.claimCall(ownerKey(key), resultKey(key), owner, leaseMs);
      if (answer === 'mine' || answer === 'busy') return answer;
      return { result: JSON.parse(answer) as KeptResult };
    },
    renew: (key, owner) => ifMine(key, owner, 'renew', leaseMs),
    settle: (key, owner, result) => ifMine(key, owner, 'settle', keptMs, JSON.stringify(result)),
    release: (key, owner) => ifMine(key, owner, 'release', 0),
    close: () => redis.disconnect(),
  };
}
