import { messageOf } from '../../../src/core/index.ts';
import { openSqlite, transactions } from '../store/sqlite-file.ts';
import { listeners } from './listeners.ts';
import { type Changes, topicsMax } from './types.ts';

/** How often a replica with listeners looks for what others have changed. */
const pollMs = 25;
/** Changes that are kept for replicas that have not looked yet. */
const keptMax = 10_000;

const setUp = `
  CREATE TABLE IF NOT EXISTS topic (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS change (
    number INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, value TEXT NOT NULL, is_new INTEGER NOT NULL
  );
`;

/**
 * A bus over the SQLite file that all replicas share: a table of changes that each replica with listeners polls.
 * @throws HarnessError `usage` when it cannot be opened.
 */
export function sqliteChanges(path: string, onTrouble: (message: string) => void): Changes {
  const db = openSqlite(path, setUp);
  const transaction = transactions(db);
  const sql = {
    value: db.prepare('SELECT value FROM topic WHERE name = ?'),
    topics: db.prepare('SELECT name FROM topic ORDER BY name'),
    count: db.prepare('SELECT count(*) AS count FROM topic'),
    set: db.prepare('INSERT OR REPLACE INTO topic (name, value) VALUES (?, ?)'),
    append: db.prepare('INSERT INTO change (topic, value, is_new) VALUES (?, ?, ?)'),
    trim: db.prepare('DELETE FROM change WHERE number <= ?'),
    last: db.prepare('SELECT coalesce(max(number), 0) AS last FROM change'),
    after: db.prepare('SELECT number, topic, value, is_new FROM change WHERE number > ? ORDER BY number'),
  };
  const lastNumber = () => Number(sql.last.get()?.last);
  let seen = 0;
  let timer: NodeJS.Timeout | undefined;

  const look = () => {
    try {
      for (const row of sql.after.all(seen)) {
        seen = Number(row.number);
        heard.tell({ topic: String(row.topic), value: String(row.value), isNew: row.is_new === 1 });
      }
    } catch (error) {
      onTrouble(`changes: ${messageOf(error)}`);
    }
  };
  const heard = listeners((any) => {
    clearInterval(timer);
    timer = undefined;
    if (!any) return;
    seen = lastNumber();
    timer = setInterval(look, pollMs);
  });

  return {
    publish: (topic, value) =>
      transaction(() => {
        const isNew = sql.value.get(topic) === undefined;
        if (isNew && Number(sql.count.get()?.count) >= topicsMax) return false;
        sql.set.run(topic, value);
        const { lastInsertRowid } = sql.append.run(topic, value, isNew ? 1 : 0);
        sql.trim.run(Number(lastInsertRowid) - keptMax);
        return true;
      }),
    read(topic) {
      const row = sql.value.get(topic);
      return row && String(row.value);
    },
    topics: () => sql.topics.all().map(({ name }) => String(name)),
    onChange: heard.add,
    close() {
      clearInterval(timer);
      db.close();
    },
  };
}
