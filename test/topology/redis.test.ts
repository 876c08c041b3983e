import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import {
  rehearseRedis,
  removeRedisKeys,
  startRedisServer,
  startWarden,
  type Warden,
} from '../../src/topology/index.ts';
import { plantForeignKeys, type TestRedis, testRedis } from '../support/redis.ts';
import { need, redisServer } from '../support/requirements.ts';
import { eventually, isRunning } from './fixtures/processes.ts';

beforeEach(({ skip }) => need(redisServer(), skip));

const never = new AbortController().signal;
const start = (warden: Warden, folder: string, choosePort?: () => Promise<number>, signal = never) =>
  startRedisServer(
    {
      folder,
      logPath: join(folder, 'logs', 'redis.log'),
      clock: systemClock(),
      guard: warden,
      ...(choosePort && { choosePort }),
    },
    signal,
  );

/** Its process, from what it says itself. */
async function pidOf(address: { host: string; port: number }): Promise<number> {
  const client = new Redis(address);
  const info = await client.info('server');
  client.disconnect();
  return Number(/process_id:(\d+)/.exec(info)?.[1]);
}

describe('a redis-server of our own', () => {
  test('keeps nothing on disk, listens on the loopback alone, and is gone when it is disposed', async () => {
    await using warden = await startWarden();
    using folder = warden.temporaryFolder();
    const server = await start(warden, folder.path);
    const pid = await pidOf(server.address);
    const client = new Redis(server.address);
    await client.set('key', 'value');
    expect(await client.config('GET', 'save')).toEqual(['save', '']);
    expect(await client.config('GET', 'appendonly')).toEqual(['appendonly', 'no']);
    expect(await client.config('GET', 'bind')).toEqual(['bind', '127.0.0.1']);
    expect(await client.config('GET', 'dir')).toEqual(['dir', folder.path]);
    client.disconnect();
    await server[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    expect(isRunning(pid)).toBe(false);
    expect(readdirSync(folder.path)).toEqual(['.owner', 'logs']);
    expect(readFileSync(join(folder.path, 'logs/redis.log'), 'utf8')).toContain(
      'Ready to accept connections',
    );
  });

  test('goes with the warden, even when it stands still', async () => {
    const warden = await startWarden();
    const folder = warden.temporaryFolder();
    const { address } = await start(warden, folder.path);
    const pid = await pidOf(address);
    process.kill(pid, 'SIGSTOP');
    await warden[Symbol.asyncDispose]();
    expect(isRunning(pid)).toBe(false);
    expect(existsSync(folder.path)).toBe(false);
  });

  test('takes another port when it has lost one, to a Redis or to anything, and leaves that alone', async () => {
    await using other = await testRedis();
    await plantForeignKeys(other.client);
    const before = await other.dump();
    const silent = createServer().listen(0, '127.0.0.1');
    await eventually('it listens', () => silent.listening);
    const taken = [other.address.port, (silent.address() as { port: number }).port];
    const wanted = [...taken];
    await using warden = await startWarden();
    using folder = warden.temporaryFolder();
    const free = async () => {
      const one = createServer().listen(0, '127.0.0.1');
      await eventually('it listens', () => one.listening);
      const { port } = one.address() as { port: number };
      await new Promise((resolve) => one.close(resolve));
      return port;
    };
    await using server = await start(warden, folder.path, async () => wanted.shift() ?? (await free()));
    expect(wanted).toEqual([]);
    expect(taken).not.toContain(server.address.port);
    expect(await pidOf(server.address)).not.toBe(await pidOf(other.address));
    expect(await other.dump()).toEqual(before);
    silent.close();
  });

  test('says why it does not start', async () => {
    await using warden = await startWarden();
    using folder = warden.temporaryFolder();
    await expect(start(warden, folder.path, async () => 99_999)).rejects.toThrow(
      /redis-server ended \(exit code 1\)\. Its last output:\n[\s\S]*99999/,
    );
    const path = process.env.PATH;
    process.env.PATH = folder.path;
    try {
      await expect(start(warden, folder.path)).rejects.toThrow(
        'redis-server could not be started: spawn redis-server ENOENT',
      );
    } finally {
      process.env.PATH = path;
    }
  });

  test('is not left behind when its start is cut short', async () => {
    await using warden = await startWarden();
    using folder = warden.temporaryFolder();
    const cut = new AbortController();
    let port = 0;
    const started = start(
      warden,
      folder.path,
      async () => {
        const one = createServer().listen(0, '127.0.0.1');
        await eventually('it listens', () => one.listening);
        port = (one.address() as { port: number }).port;
        await new Promise((resolve) => one.close(resolve));
        queueMicrotask(() => cut.abort());
        return port;
      },
      cut.signal,
    );
    await expect(started).rejects.toMatchObject({ code: 'interrupted' });
    await expect(rehearseRedis({ address: addressAt(port), prefix: 'windtunnel:gone:' })).rejects.toThrow(
      'ECONNREFUSED',
    );
  });
});

const addressAt = (port: number) => ({
  host: '127.0.0.1',
  port,
  username: undefined,
  password: undefined,
  db: 0,
});

describe('the keys of a run', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    if (redisServer().met) redis = await testRedis('p@ss');
  });
  afterAll(() => redis?.[Symbol.asyncDispose]());

  const plantOwnKeys = async (prefix: string) => {
    const many = redis.client.pipeline();
    for (let i = 0; i < 3_000; i++) many.set(`${prefix}session:${i}`, '{}').rpush(`${prefix}items:${i}`, 'x');
    await many.exec();
  };

  test('are removed, and nothing else, without a command that walks or empties all at once', async () => {
    await redis.client.flushall();
    await plantForeignKeys(redis.client);
    // Another run's, and one whose name only begins like ours.
    await redis.client.set('windtunnel:run-2:session:1', '{}');
    await redis.client.set('windtunnel:run-1', 'foreign');
    const before = await redis.dump();
    await plantOwnKeys('windtunnel:run-1:');
    await redis.client.config('RESETSTAT');
    await removeRedisKeys({ address: redis.address, prefix: 'windtunnel:run-1:' });
    const used = [...(await redis.client.info('commandstats')).matchAll(/^cmdstat_(\w+):calls=(\d+)/gm)];
    const calls = new Map(used.map(([, name, count]) => [name, Number(count)]));
    expect(await redis.dump()).toEqual(before);
    expect(['keys', 'flushdb', 'flushall', 'swapdb'].filter((name) => calls.has(name))).toEqual([]);
    // 8,000 keys and more, at most about 500 at a time.
    expect(calls.get('scan')).toBeGreaterThanOrEqual(16);
    expect(calls.get('unlink')).toBeGreaterThanOrEqual(8);
  });

  test('are removed by the warden after the processes, if the harness did not get to it', async () => {
    await redis.client.flushall();
    await plantForeignKeys(redis.client);
    const before = await redis.dump();
    const warden = await startWarden();
    await plantOwnKeys('windtunnel:run-1:');
    await redis.client.set('windtunnel:run-2:session:1', '{}');
    warden.ownKeys({ address: redis.address, prefix: 'windtunnel:run-1:' });
    const takenBack = warden.ownKeys({ address: redis.address, prefix: 'windtunnel:run-2:' });
    takenBack[Symbol.dispose]();
    await warden[Symbol.asyncDispose]();
    const after = await redis.dump();
    expect(after.delete('windtunnel:run-2:session:1')).toBe(true);
    expect(after).toEqual(before);
  });

  test('have a prefix that can match nothing else', async () => {
    for (const prefix of ['', '*', 'windtunnel:', 'windtunnel:*:', 'cache:', 'windtunnel:a:b']) {
      await expect(removeRedisKeys({ address: redis.address, prefix })).rejects.toThrow('is no prefix');
    }
  });

  test('are tried out before a run, and leave nothing', async () => {
    const before = await redis.dump();
    expect(await rehearseRedis({ address: redis.address, prefix: 'windtunnel:try:' })).toMatch(/^\d+\.\d+/);
    expect(await redis.dump()).toEqual(before);
    await redis.client.acl('SETUSER', 'reader', 'on', '>r', '~*', '+@read', '+ping', '+select');
    const reader = { ...redis.address, username: 'reader', password: 'r' };
    await expect(rehearseRedis({ address: reader, prefix: 'windtunnel:try:' })).rejects.toThrow('NOPERM');
    const noSuch = { ...redis.address, db: 16 };
    await expect(rehearseRedis({ address: noSuch, prefix: 'windtunnel:try:' })).rejects.toThrow(
      'out of range',
    );
  });
});
