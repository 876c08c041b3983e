import type { RedisConfig } from '../host/config.ts';
import { connectRedis } from './redis-connection.ts';
import type { BasketChange, InitializeParams, Store } from './types.ts';

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
 * @throws HarnessError `server` when it cannot be reached to begin with.
 */
export async function redisStore(
  { address, prefix }: RedisConfig,
  onTrouble: (message: string) => void,
): Promise<Store> {
  const { redis, reading, changing } = await connectRedis<Scripts>(address, scripts, onTrouble);
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
