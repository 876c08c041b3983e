import { openSqlite } from '../store/sqlite-file.ts';
import { batchMax, type EventLog, type StreamMessage } from './types.ts';

const setUp = `
  CREATE TABLE IF NOT EXISTS event (
    session TEXT NOT NULL, stream TEXT NOT NULL, number INTEGER NOT NULL, message TEXT NOT NULL,
    PRIMARY KEY (session, stream, number)
  ) WITHOUT ROWID;
`;

/** In the SQLite file that all replicas share. @throws HarnessError `usage` when it cannot be opened. */
export function sqliteEvents(path: string): EventLog {
  const db = openSqlite(path, setUp);
  const sql = {
    append: db.prepare(
      `INSERT INTO event (session, stream, number, message)
       SELECT ?1, ?2, coalesce(max(number), 0) + 1, ?3 FROM event WHERE session = ?1 AND stream = ?2
       RETURNING number`,
    ),
    last: db.prepare('SELECT max(number) AS last FROM event WHERE session = ? AND stream = ?'),
    after: db.prepare(
      `SELECT number, message FROM event WHERE session = ? AND stream = ? AND number > ?
       ORDER BY number LIMIT ${batchMax}`,
    ),
    forget: db.prepare('DELETE FROM event WHERE session = ?'),
  };
  return {
    append: (session, stream, message) =>
      Number(sql.append.get(session, stream, JSON.stringify(message))?.number),
    after(session, stream, number) {
      if (number > Number(sql.last.get(session, stream)?.last ?? 0)) return undefined;
      const rows = sql.after.all(session, stream, number);
      return rows.map((row) => ({
        number: Number(row.number),
        message: JSON.parse(String(row.message)) as StreamMessage,
      }));
    },
    forget: (session) => void sql.forget.run(session),
    close: () => db.close(),
  };
}
