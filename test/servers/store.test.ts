import { execFile } from 'node:child_process';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import type { StoreConfig } from '../../infra/servers/host/config.ts';
import { openStore, type Store } from '../../infra/servers/store/index.ts';
import { type Folder, temporaryFolder } from '../support/cli.ts';
import { type TestRedis, testRedis } from '../support/redis.ts';
import { need, redisServer } from '../support/requirements.ts';

const run = promisify(execFile);
const addItems = fileURLToPath(new URL('add-items.ts', import.meta.url));

let folder: Folder;
let redis: TestRedis | undefined;
beforeAll(async () => {
  if (redisServer().met) redis = await testRedis();
});
afterAll(() => redis?.[Symbol.asyncDispose]());
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

const kinds = ['memory', 'sqlite', 'redis'] as const;
const shared = ['sqlite', 'redis'] as const;
type Kind = (typeof kinds)[number];

/** Of the current test: each folder is another's, and so each prefix. */
function configOf(kind: Kind, { skip }: TestContext): StoreConfig {
  if (kind === 'memory') return { kind };
  if (kind === 'sqlite') return { kind, path: join(folder.path, 'store.sqlite') };
  need(redisServer(), skip);
  if (redis === undefined) throw new Error('there is no Redis');
  return { kind, address: redis.address, prefix: `${basename(folder.path)}:` };
}

describe.each(kinds)('the store in %s', (kind) => {
  let store: Store;
  beforeEach(async (context) => {
    store = await openStore(configOf(kind, context));
  });
  afterEach(() => store?.close());

  it('says whether it is shared', () => {
    expect(store.shared).toBe(kind !== 'memory');
  });

  it('does not know a basket before it is made', async () => {
    expect(await store.readBasket('b')).toBeUndefined();
    expect(await store.addItem('b', 'hat', 1)).toBe('missing');
    expect(await store.checkOut('b')).toBe('missing');
    expect(await store.readBasket('b')).toBeUndefined();
  });

  it('keeps items in order, with duplicates', async () => {
    await store.createBasket('b');
    expect(await store.readBasket('b')).toEqual({ items: [], checkedOut: false });
    expect(await store.addItem('b', 'hat', 1)).toEqual({ count: 1 });
    expect(await store.addItem('b', 'shoes', 2)).toEqual({ count: 3 });
    expect(await store.addItem('b', 'hat', 1)).toEqual({ count: 4 });
    expect(await store.readBasket('b')).toEqual({
      items: ['hat', 'shoes', 'shoes', 'hat'],
      checkedOut: false,
    });
  });

  it('keeps baskets apart', async () => {
    await store.createBasket('a');
    await store.createBasket('b');
    await store.addItem('a', 'hat', 1);
    expect((await store.readBasket('b'))?.items).toEqual([]);
  });

  it('leaves a basket as it is when it is made again', async () => {
    await store.createBasket('b');
    await store.addItem('b', 'hat', 1);
    await store.createBasket('b');
    expect((await store.readBasket('b'))?.items).toEqual(['hat']);
  });

  it('changes nothing in a basket that is checked out', async () => {
    await store.createBasket('b');
    await store.addItem('b', 'hat', 1);
    expect(await store.checkOut('b')).toEqual({ count: 1 });
    expect(await store.addItem('b', 'shoes', 1)).toBe('checked-out');
    expect(await store.checkOut('b')).toBe('checked-out');
    await store.createBasket('b');
    expect(await store.readBasket('b')).toEqual({ items: ['hat'], checkedOut: true });
  });

  it('hands out no basket that a reader could change', async () => {
    await store.createBasket('b');
    (await store.readBasket('b'))?.items.push('smuggled');
    expect((await store.readBasket('b'))?.items).toEqual([]);
  });

  it('keeps what a session was opened with, until it ends together with its basket', async () => {
    expect(await store.session('s')).toBeUndefined();
    const initialize = { protocolVersion: '2025-11-25', clientInfo: { name: 'ünïcode' } };
    await store.saveSession('s', initialize);
    await store.createBasket('s');
    await store.createBasket('other');
    expect(await store.session('s')).toEqual(initialize);
    await store.deleteSession('s');
    expect(await store.session('s')).toBeUndefined();
    expect(await store.readBasket('s')).toBeUndefined();
    expect(await store.readBasket('other')).toBeDefined();
  });
});

describe.each(shared)('one %s for all replicas', (kind) => {
  it('shows each replica what another has done, at once', async (context) => {
    const config = configOf(kind, context);
    const [one, two] = [await openStore(config), await openStore(config)];
    await one.createBasket('b');
    expect(await two.addItem('b', 'hat', 1)).toEqual({ count: 1 });
    expect(await one.addItem('b', 'shoes', 1)).toEqual({ count: 2 });
    expect(await two.checkOut('b')).toEqual({ count: 2 });
    expect(await one.addItem('b', 'late', 1)).toBe('checked-out');
    expect(await one.readBasket('b')).toEqual({ items: ['hat', 'shoes'], checkedOut: true });
    await one.close();
    await two.close();
  });

  it('loses nothing when processes write the same basket at the same time', async (context) => {
    const config = configOf(kind, context);
    const store = await openStore(config);
    await store.createBasket('b');
    const names = ['p', 'q', 'r'];
    const write = (name: string) =>
      run(process.execPath, [addItems, JSON.stringify(config), 'b', name, '200']);
    await Promise.all(names.map(write));
    const items = (await store.readBasket('b'))?.items ?? [];
    await store.close();
    for (const name of names) {
      const own = items.filter((item) => item.startsWith(`${name}-`));
      // Each process finds its own in the order in which it added them.
      expect(own).toEqual(Array.from({ length: 200 }, (_, i) => `${name}-${i}`));
    }
    expect(items).toHaveLength(600);
  });
});

describe('a store that cannot be opened', () => {
  it('says which file', async () => {
    const path = join(folder.path, 'no', 'such', 'folder');
    await expect(openStore({ kind: 'sqlite', path })).rejects.toThrow(path);
  });

  it('says which Redis, and not its password', async () => {
    // Nobody listens on port 1.
    const address = { host: '127.0.0.1', port: 1, username: undefined, password: 'secret', db: 0 };
    const opened = openStore({ kind: 'redis', address, prefix: 'windtunnel:' });
    await expect(opened).rejects.toThrow(
      'cannot open the store redis://:***@127.0.0.1:1/0: connect ECONNREFUSED 127.0.0.1:1',
    );
  });
});
