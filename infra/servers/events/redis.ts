import type { RedisConfig } from '../host/config.ts';
import { connectRedis } from '../store/redis-connection.ts';
import { batchMax, type EventLog, numbered, type StreamMessage } from './types.ts';

/** A stream that nobody has asked for, or written to, for so long can go. */
const keptSeconds = 600;

/** In the Redis that all replicas share: one list for each stream. @throws HarnessError `server` if it cannot be reached. */
export async function redisEvents(
  config: RedisConfig,
  onTrouble: (message: string) => void,
): Promise<EventLog> {
  const { redis } = await connectRedis(config.address, {}, onTrouble);
  const keyOf = (session: string, stream: string) => `${config.prefix}events:${session}:${stream}`;
  return {
    async append(session, stream, message) {
      const key = keyOf(session, stream);
      const number = await redis.rpush(key, JSON.stringify(message));
      await redis.expire(key, keptSeconds);
      return number;
    },
    async after(session, stream, number) {
      const key = keyOf(session, stream);
      if (number > (await redis.llen(key))) return undefined;
      const events = await redis.lrange(key, number, number + batchMax - 1);
      const messages = events.map((event) => JSON.parse(event) as StreamMessage);
      return numbered(messages, number);
    },
    // Which streams a session had is not kept; they go by themselves.
    forget: () => {},
    close: () => redis.disconnect(),
  };
}
