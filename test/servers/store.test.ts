import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../infra/servers/store/index.ts';
import { type Folder, temporaryFolder } from '../support/cli.ts';

const run = promisify(execFile);
const addItems = fileURLToPath(new URL('add-items.ts', import.meta.url));

let folder: Folder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

const file = () => join(folder.path, 'store.sqlite');
const kinds = {
  memory: () => openStore({ kind: 'memory' }),
  sqlite: () => openStore({ kind: 'sqlite', path: file() }),
} as const;

describe.each(Object.entries(kinds))('the store in %s', (kind, open) => {
  let store: Store;
  beforeEach(async () => {
    store = await open();
  });
  afterEach(() => store.close());

  it('says whether it is shared', () => {
    expect(store.shared).toBe(kind === 'sqlite');
  });

  it('does not know a basket before it is made', () => {
    expect(store.readBasket('b')).toBeUndefined();
    expect(store.addItem('b', 'hat', 1)).toBe('missing');
    expect(store.checkOut('b')).toBe('missing');
    expect(store.readBasket('b')).toBeUndefined();
  });

  it('keeps items in order, with duplicates', () => {
    store.createBasket('b');
    expect(store.readBasket('b')).toEqual({ items: [], checkedOut: false });
    expect(store.addItem('b', 'hat', 1)).toEqual({ count: 1 });
    expect(store.addItem('b', 'shoes', 2)).toEqual({ count: 3 });
    expect(store.addItem('b', 'hat', 1)).toEqual({ count: 4 });
    expect(store.readBasket('b')).toEqual({ items: ['hat', 'shoes', 'shoes', 'hat'], checkedOut: false });
  });

  it('keeps baskets apart', () => {
    store.createBasket('a');
    store.createBasket('b');
    store.addItem('a', 'hat', 1);
    expect(store.readBasket('b')?.items).toEqual([]);
  });

  it('leaves a basket as it is when it is made again', () => {
    store.createBasket('b');
    store.addItem('b', 'hat', 1);
    store.createBasket('b');
    expect(store.readBasket('b')?.items).toEqual(['hat']);
  });

  it('changes nothing in a basket that is checked out', () => {
    store.createBasket('b');
    store.addItem('b', 'hat', 1);
    expect(store.checkOut('b')).toEqual({ count: 1 });
    expect(store.addItem('b', 'shoes', 1)).toBe('checked-out');
    expect(store.checkOut('b')).toBe('checked-out');
    store.createBasket('b');
    expect(store.readBasket('b')).toEqual({ items: ['hat'], checkedOut: true });
  });

  it('hands out no basket that a reader could change', () => {
    store.createBasket('b');
    store.readBasket('b')?.items.push('smuggled');
    expect(store.readBasket('b')?.items).toEqual([]);
  });

  it('keeps what a session was opened with, until it ends together with its basket', () => {
    expect(store.session('s')).toBeUndefined();
    const initialize = { protocolVersion: '2025-11-25', clientInfo: { name: 'ünïcode' } };
    store.saveSession('s', initialize);
    store.createBasket('s');
    store.createBasket('other');
    expect(store.session('s')).toEqual(initialize);
    store.deleteSession('s');
    expect(store.session('s')).toBeUndefined();
    expect(store.readBasket('s')).toBeUndefined();
    expect(store.readBasket('other')).toBeDefined();
  });
});

describe('one SQLite file', () => {
  it('shows each handle what another has done, at once', async () => {
    const [one, two] = [await kinds.sqlite(), await kinds.sqlite()];
    one.createBasket('b');
    expect(two.addItem('b', 'hat', 1)).toEqual({ count: 1 });
    expect(one.addItem('b', 'shoes', 1)).toEqual({ count: 2 });
    expect(two.checkOut('b')).toEqual({ count: 2 });
    expect(one.addItem('b', 'late', 1)).toBe('checked-out');
    expect(one.readBasket('b')).toEqual({ items: ['hat', 'shoes'], checkedOut: true });
    one.close();
    two.close();
  });

  it('loses nothing when processes write the same basket at the same time', async () => {
    const store = await kinds.sqlite();
    store.createBasket('b');
    const names = ['p', 'q', 'r'];
    await Promise.all(names.map((name) => run(process.execPath, [addItems, file(), 'b', name, '200'])));
    const items = store.readBasket('b')?.items ?? [];
    store.close();
    for (const name of names) {
      const own = items.filter((item) => item.startsWith(`${name}-`));
      // Each process finds its own in the order in which it added them.
      expect(own).toEqual(Array.from({ length: 200 }, (_, i) => `${name}-${i}`));
    }
    expect(items).toHaveLength(600);
  });

  it('says which file it cannot open', async () => {
    const path = join(folder.path, 'no', 'such', 'folder');
    await expect(openStore({ kind: 'sqlite', path })).rejects.toThrow(path);
  });
});
