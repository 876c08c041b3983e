import type { RedisConfig } from '../host/config.ts';
import { connectRedis } from '../store/redis-connection.ts';
import { listeners } from './listeners.ts';
import { type Change, type Changes, topicsMax } from './types.ts';

const scripts = {
  publishChange: {
    numberOfKeys: 1,
    lua: `
      local isNew = redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0
      if isNew and redis.call('HLEN', KEYS[1]) >= ${topicsMax} then return 0 end
      redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
      redis.call('PUBLISH', ARGV[3], cjson.encode({topic = ARGV[1], value = ARGV[2], isNew = isNew}))
      return 1`,
  },
};

interface Scripts {
  publishChange(topics: string, topic: string, value: string, channel: string): Promise<number>;
}

/**
 * A bus over the Redis that all replicas share: topics are a hash, and changes go over a channel. What is published while
 * a replica's connection is away never comes to it.
 * @throws HarnessError `server` when it cannot be reached to begin with.
 */
export async function redisChanges(
  config: RedisConfig,
  onTrouble: (message: string) => void,
): Promise<Changes> {
  const { redis, reading, changing } = await connectRedis<Scripts>(config.address, scripts, onTrouble);
  const { redis: subscriber } = await connectRedis(config.address, {}, onTrouble);
  const [topics, channel] = [`${config.prefix}topics`, `${config.prefix}changes`];
  const heard = listeners();
  subscriber.on('message', (_channel, message) => heard.tell(JSON.parse(message) as Change));
  await subscriber.subscribe(channel);
  return {
    publish: async (topic, value) =>
      (await changing(() => redis.publishChange(topics, topic, value, channel))) === 1,
    read: async (topic) => (await reading(() => redis.hget(topics, topic))) ?? undefined,
    topics: () => reading(() => redis.hkeys(topics)),
    onChange: heard.add,
    close() {
      subscriber.disconnect();
      redis.disconnect();
    },
  };
}
