import { Redis, ReplyError } from 'ioredis';
import { HarnessError, messageOf, type RedisAddress, redactedRedisUrl } from '../../../src/core/index.ts';
import { OutcomeUnknown } from './types.ts';

const openTimeoutMs = 5_000;
/** Redis answers in microseconds; so long a wait means that it was stopped, or is out of reach. */
const commandTimeoutMs = 5_000;
const reconnectMs = { first: 50, last: 500 };

/** A connection to one Redis, with scripts as commands of their own. */
export interface RedisConnection<Scripts> {
  redis: Redis & Scripts;
  /** @throws Error at once while Redis is away. */
  reading<R>(command: () => Promise<R>): Promise<R>;
  /** @throws OutcomeUnknown when the answer was lost, so that it may have been carried out; Error when it was not. */
  changing<R>(command: () => Promise<R>): Promise<R>;
}

/**
 * No command is sent twice: one whose answer was lost may have been carried out. While Redis is away every call fails
 * at once; when it is back, calls succeed again.
 * @throws HarnessError `server` when it cannot be reached to begin with.
 */
export async function connectRedis<Scripts>(
  address: RedisAddress,
  scripts: Record<string, { lua: string; numberOfKeys: number }>,
  onTrouble: (message: string) => void,
): Promise<RedisConnection<Scripts>> {
  const where = redactedRedisUrl(address);
  const redis = new Redis({
    ...address,
    scripts,
    lazyConnect: true,
    connectTimeout: openTimeoutMs,
    commandTimeout: commandTimeoutMs,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(times * reconnectMs.first, reconnectMs.last),
    protocol: 2,
    disableClientInfo: true,
  }) as Redis & Scripts;
  await open(redis, where, onTrouble);

  const assertThere = () => {
    if (redis.status !== 'ready') throw new Error(`the store ${where} cannot be reached`);
  };
  return {
    redis,
    async reading(command) {
      assertThere();
      return command();
    },
    async changing(command) {
      assertThere();
      try {
        return await command();
      } catch (error) {
        // Refused by Redis itself, so not carried out.
        if (error instanceof ReplyError) throw error;
        throw new OutcomeUnknown(`no answer from the store ${where}: ${messageOf(error)}`);
      }
    },
  };
}

/** Resolves when it is connected; from then on it connects again by itself. */
async function open(redis: Redis, where: string, onTrouble: (message: string) => void): Promise<void> {
  let trouble: string | undefined;
  let isOpen = false;
  redis.on('error', (error) => {
    const message = messageOf(error);
    // Each attempt to connect again says the same.
    if (isOpen && message !== trouble) onTrouble(`the store ${where}: ${message}`);
    trouble = message;
  });
  const timer = setTimeout(() => redis.disconnect(), openTimeoutMs);
  try {
    await redis.connect();
    // A database that it does not have is an `error`, and the connection stays, on database 0.
    if (trouble !== undefined) throw new Error(trouble);
    isOpen = true;
    redis.on('ready', () => {
      trouble = undefined;
    });
  } catch (error) {
    redis.disconnect();
    throw new HarnessError('server', `cannot open the store ${where}: ${trouble ?? messageOf(error)}`);
  } finally {
    clearTimeout(timer);
  }
}
