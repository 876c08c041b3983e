import { DatabaseSync } from 'node:sqlite';
import { HarnessError, messageOf } from '../../../src/core/index.ts';

/** Another replica holds the write lock for microseconds; so long a wait means that one was stopped in it. */
const busyTimeoutMs = 5_000;

/**
 * `synchronous = NORMAL`: in WAL mode a commit survives the death of the process, which is what is tested
 * here; only a power failure could take it back.
 */
const pragmas = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
`;

/**
 * Opens one SQLite file that all replicas of a run share, and sees to its tables.
 * @throws HarnessError `usage` when the file cannot be opened.
 */
export function openSqlite(path: string, setUp: string): DatabaseSync {
  try {
    const db = new DatabaseSync(path, { timeout: busyTimeoutMs });
    db.exec(pragmas + setUp);
    return db;
  } catch (cause) {
    throw new HarnessError('usage', `cannot open the store ${path}: ${messageOf(cause)}`, { cause });
  }
}

/** Does things as a whole or not at all. */
export function transactions(db: DatabaseSync): <R>(work: () => R) => R {
  return (work) => {
    // IMMEDIATE takes the write lock at once: two replicas that read before they write would else deadlock.
    db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      db.exec('COMMIT');
      return result;
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    }
  };
}
