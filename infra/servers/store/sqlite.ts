import { openSqlite, transactions } from './sqlite-file.ts';
import type { BasketChange, InitializeParams, Store } from './types.ts';

const setUp = `
  CREATE TABLE IF NOT EXISTS basket (id TEXT PRIMARY KEY, checked_out INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS item (
    basket TEXT NOT NULL, position INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (basket, position)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS session (id TEXT PRIMARY KEY, initialize TEXT NOT NULL) WITHOUT ROWID;
`;

/**
 * One SQLite file for all replicas of a run. What changes more than a row does so in one transaction.
 * @throws HarnessError `usage` when the file cannot be opened.
 */
export function sqliteStore(path: string): Store {
  const db = openSqlite(path, setUp);
  const transaction = transactions(db);
  const sql = {
    createBasket: db.prepare('INSERT OR IGNORE INTO basket (id) VALUES (?)'),
    basket: db.prepare('SELECT checked_out FROM basket WHERE id = ?'),
    count: db.prepare('SELECT count(*) AS count FROM item WHERE basket = ?'),
    items: db.prepare('SELECT name FROM item WHERE basket = ? ORDER BY position'),
    add: db.prepare('INSERT INTO item (basket, position, name) VALUES (?, ?, ?)'),
    checkOut: db.prepare('UPDATE basket SET checked_out = 1 WHERE id = ?'),
    saveSession: db.prepare('INSERT OR REPLACE INTO session (id, initialize) VALUES (?, ?)'),
    session: db.prepare('SELECT initialize FROM session WHERE id = ?'),
    deleteSession: db.prepare('DELETE FROM session WHERE id = ?'),
    deleteItems: db.prepare('DELETE FROM item WHERE basket = ?'),
    deleteBasket: db.prepare('DELETE FROM basket WHERE id = ?'),
  };

  const count = (id: string) => Number(sql.count.get(id)?.count);
  const change = (id: string, work: () => void): BasketChange =>
    transaction(() => {
      const basket = sql.basket.get(id);
      if (!basket) return 'missing';
      if (basket.checked_out === 1) return 'checked-out';
      work();
      return { count: count(id) };
    });

  return {
    shared: true,
    createBasket: (id) => void sql.createBasket.run(id),
    addItem: (id, item, quantity) =>
      change(id, () => {
        const next = count(id);
        for (let i = 0; i < quantity; i++) sql.add.run(id, next + i, item);
      }),
    readBasket(id) {
      const basket = sql.basket.get(id);
      if (!basket) return undefined;
      return {
        items: sql.items.all(id).map((row) => String(row.name)),
        checkedOut: basket.checked_out === 1,
      };
    },
    checkOut: (id) => change(id, () => void sql.checkOut.run(id)),
    saveSession: (id, initialize) => void sql.saveSession.run(id, JSON.stringify(initialize)),
    session(id) {
      const row = sql.session.get(id);
      return row && (JSON.parse(String(row.initialize)) as InitializeParams);
    },
    deleteSession: (id) =>
      transaction(() => {
        sql.deleteSession.run(id);
        sql.deleteItems.run(id);
        sql.deleteBasket.run(id);
      }),
    close: () => db.close(),
  };
}
