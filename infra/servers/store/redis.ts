import { Redis, type RedisOptions, ReplyError } from 'ioredis';
import { HarnessError, messageOf, redactedRedisUrl } from '../../../src/core/index.ts';
import type { RedisConfig } from '../host/config.ts';
import { type BasketChange, type InitializeParams, OutcomeUnknown, type Store } from './types.ts';

const openTimeoutMs = 5_000;
/** Redis answers in microseconds; so long a wait means that it was stopped, or is out of reach. */
const commandTimeoutMs = 5_000;
const reconnectMs = { first: 50, last: 500 };

/** Redis runs a script as a whole: nobody sees or changes a basket in between. */
const scripts = {
  addItem: {
    numberOfKeys: 2,
    lua: `
      local state = redis.call('GET', KEYS[1])
      if not state then return 'missing' end
      if state ~= 'open' then return 'checked-out' end
      local count
      for _ = 1, ARGV[2] do count = redis.call('RPUSH', KEYS[2], ARGV[1]) end
      return count`,
  },
  checkOut: {
    numberOfKeys: 2,
    lua: `
      local state = redis.call('GET', KEYS[1])
      if not state then return 'missing' end
      if state ~= 'open' then return 'checked-out' end
      redis.call('SET', KEYS[1], 'checked-out')
      return redis.call('LLEN', KEYS[2])`,
  },
  readBasket: {
    numberOfKeys: 2,
    lua: `
      local state = redis.call('GET', KEYS[1])
      return state and {state, redis.call('LRANGE', KEYS[2], 0, -1)}`,
  },
};

interface Scripts {
  addItem(basket: string, items: string, item: string, quantity: number): Promise<Changed>;
  checkOut(basket: string, items: string): Promise<Changed>;
  readBasket(basket: string, items: string): Promise<[state: string, items: string[]] | null>;
}
type Changed = number | 'missing' | 'checked-out';

/**
 * One Redis for all replicas of a run, and maybe for others: all keys begin with the prefix. A basket is two
 * keys, its state and the list of its items; a session is one.
 *
 * No command is sent twice: one whose answer was lost may have been carried out, and fails with
 * `OutcomeUnknown`. While Redis is away every call fails at once; when it is back, calls succeed again.
 * @throws HarnessError `server` when it cannot be reached to begin with.
 */
export async function redisStore(
  { address, prefix }: RedisConfig,
  onTrouble: (message: string) => void,
): Promise<Store> {
  const where = redactedRedisUrl(address);
  const redis = (await connectRedis({ address }, onTrouble, scripts)) as Redis & Scripts;

  const assertThere = () => {
    if (redis.status !== 'ready') throw new Error(`the store ${where} cannot be reached`);
  };
  const reading = async <R>(command: () => Promise<R>): Promise<R> => {
    assertThere();
    return command();
  };
  const changing = async <R>(command: () => Promise<R>): Promise<R> => {
    assertThere();
    try {
      return await command();
    } catch (error) {
      // Refused by Redis itself, so not carried out.
      if (error instanceof ReplyError) throw error;
      throw new OutcomeUnknown(`no answer from the store ${where}: ${messageOf(error)}`);
    }
  };
  const basketKey = (id: string) => `${prefix}basket:${id}`;
  const itemsKey = (id: string) => `${prefix}items:${id}`;
  const sessionKey = (id: string) => `${prefix}session:${id}`;

  return {
    shared: true,
    createBasket: (id) => changing(async () => void (await redis.set(basketKey(id), 'open', 'NX'))),
    addItem: async (id, item, quantity) =>
      changeOf(await changing(() => redis.addItem(basketKey(id), itemsKey(id), item, quantity))),
    async readBasket(id) {
      const found = await reading(() => redis.readBasket(basketKey(id), itemsKey(id)));
      return found === null ? undefined : { items: found[1], checkedOut: found[0] !== 'open' };
    },
    checkOut: async (id) => changeOf(await changing(() => redis.checkOut(basketKey(id), itemsKey(id)))),
    saveSession: (id, initialize) =>
      changing(async () => void (await redis.set(sessionKey(id), JSON.stringify(initialize)))),
    async session(id) {
      const text = await reading(() => redis.get(sessionKey(id)));
      return text === null ? undefined : (JSON.parse(text) as InitializeParams);
    },
    deleteSession: (id) =>
      changing(async () => void (await redis.del(sessionKey(id), basketKey(id), itemsKey(id)))),
    close: () => redis.disconnect(),
  };
}

function changeOf(answer: Changed): BasketChange {
  return typeof answer === 'number' ? { count: answer } : answer;
}

/**
 * A connection that sends no command twice: while Redis is away every call fails at once.
 * @throws HarnessError `server` when it cannot be reached to begin with.
 */
export async function connectRedis(
  { address }: Pick<RedisConfig, 'address'>,
  onTrouble: (message: string) => void,
  scripts: RedisOptions['scripts'] = {},
): Promise<Redis> {
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
  });
  await open(redis, redactedRedisUrl(address), onTrouble);
  return redis;
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
