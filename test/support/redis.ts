import { join } from 'node:path';
import { Redis } from 'ioredis';
import { type RedisAddress, systemClock } from '../../src/core/index.ts';
import { startRedisServer, startWarden } from '../../src/topology/index.ts';

/** A real Redis that goes with the test. */
export interface TestRedis extends AsyncDisposable {
  address: RedisAddress;
  /** For the test's own looks and changes. */
  client: Redis;
  /** Every key with its contents and how long it still lives (-1: for ever). */
  dump(): Promise<Map<string, string>>;
}

export async function testRedis(password?: string): Promise<TestRedis> {
  // Should the worker end in the middle, the warden ends the server.
  const warden = await startWarden();
  const { path } = warden.temporaryFolder();
  const { address } = await startRedisServer(
    { folder: path, logPath: join(path, 'redis.log'), clock: systemClock(), guard: warden },
    new AbortController().signal,
  );
  const client = new Redis(address);
  // It is taken down with commands still in it, on purpose.
  client.on('error', () => {});
  if (password !== undefined) {
    await client.config('SET', 'requirepass', password);
    await client.auth(password);
  }
  return {
    address: { ...address, password },
    client,
    async dump() {
      const all = new Map<string, string>();
      for (const key of await client.keys('*')) {
        const contents = await client.dumpBuffer(key);
        all.set(key, `${contents?.toString('hex')} ${await client.pttl(key)}`);
      }
      return all;
    },
    async [Symbol.asyncDispose]() {
      client.disconnect();
      await warden[Symbol.asyncDispose]();
    },
  };
}

/** Keys of somebody else, of every type, some of them named much as the harness names its own. */
export async function plantForeignKeys(client: Redis): Promise<void> {
  await client.set('windtunnel', 'foreign');
  await client.set('windtunnel:', 'foreign');
  await client.set('windtunnel:basket:1', 'open');
  await client.rpush('windtunnel:items:1', 'a', 'b');
  await client.hset('user:1', { name: 'Ada', born: '1815' });
  await client.sadd('tags', 'x', 'y');
  await client.zadd('scores', 1, 'one', 2, 'two');
  await client.xadd('log', '1-1', 'event', 'begun');
  const many = client.pipeline();
  for (let i = 0; i < 2_000; i++) many.set(`cache:${i}`, String(i));
  await many.exec();
}
