import { monotonicUs } from '../../../src/core/index.ts';
import { openSqlite } from '../store/sqlite-file.ts';
import { type KeptResult, type KeyedCalls, leaseMs } from './types.ts';

/** Times are those of the machine's monotonic clock, which all replicas share. */
const setUp = `
  CREATE TABLE IF NOT EXISTS keyed_call (
    key TEXT PRIMARY KEY, owner TEXT NOT NULL, until_us INTEGER NOT NULL, result TEXT
  ) WITHOUT ROWID;
`;

/** In the SQLite file that all replicas share. @throws HarnessError `usage` when it cannot be opened. */
export function sqliteKeyedCalls(path: string): KeyedCalls {
  const db = openSqlite(path, setUp);
  const sql = {
    claim: db.prepare(
      `INSERT INTO keyed_call (key, owner, until_us) VALUES (?1, ?2, ?3)
       ON CONFLICT (key) DO UPDATE SET owner = ?2, until_us = ?3 WHERE result IS NULL AND until_us < ?4`,
    ),
    result: db.prepare('SELECT result FROM keyed_call WHERE key = ?'),
    renew: db.prepare('UPDATE keyed_call SET until_us = ? WHERE key = ? AND owner = ?'),
    settle: db.prepare('UPDATE keyed_call SET result = ? WHERE key = ? AND owner = ?'),
    release: db.prepare('DELETE FROM keyed_call WHERE key = ? AND owner = ? AND result IS NULL'),
  };
  const untilUs = () => monotonicUs() + leaseMs * 1000;
  return {
    claim(key, owner) {
      if (sql.claim.run(key, owner, untilUs(), monotonicUs()).changes === 1) return 'mine';
      const result = sql.result.get(key)?.result;
      return typeof result === 'string' ? { result: JSON.parse(result) as KeptResult } : 'busy';
    },
    renew: (key, owner) => void sql.renew.run(untilUs(), key, owner),
    settle: (key, owner, result) => void sql.settle.run(JSON.stringify(result), key, owner),
    release: (key, owner) => void sql.release.run(key, owner),
    close: () => db.close(),
  };
}
