import { openSqlite, transactions } from '../store/sqlite-file.ts';
import { monotonicMs } from './memory.ts';
import { isFinal, type TaskRecord, type TaskStore } from './types.ts';

const setUp = `
  CREATE TABLE IF NOT EXISTS task (
    position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, session TEXT, version INTEGER NOT NULL,
    owner TEXT, lease_until INTEGER NOT NULL, kept_until INTEGER NOT NULL,
    final INTEGER NOT NULL, cancel_requested INTEGER NOT NULL, record TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS task_owner ON task (owner) WHERE owner IS NOT NULL;
  CREATE INDEX IF NOT EXISTS task_lease ON task (lease_until) WHERE final = 0;
  CREATE INDEX IF NOT EXISTS task_kept ON task (kept_until);
  CREATE INDEX IF NOT EXISTS task_session ON task (session, position) WHERE session IS NOT NULL;
  CREATE TABLE IF NOT EXISTS task_failure (op_id TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
`;

/**
 * Tasks in one SQLite file for all replicas of a run, which may hold baskets as well. A change is one transaction, its
 * effect within: the lock keeps everyone else out until both stand.
 * @throws HarnessError `usage` when the file cannot be opened.
 */
export function sqliteTaskStore(
  path: string,
  { nowMs = monotonicMs }: { nowMs?: () => number } = {},
): TaskStore {
  const db = openSqlite(path, setUp);
  const transaction = transactions(db);
  const sql = {
    create: db.prepare(`INSERT INTO task
      (id, session, version, owner, lease_until, kept_until, final, cancel_requested, record)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`),
    get: db.prepare('SELECT record, owner, version FROM task WHERE id = ? AND kept_until > ?'),
    version: db.prepare('SELECT version FROM task WHERE id = ? AND kept_until > ?'),
    change:
      db.prepare(`UPDATE task SET version = ?1, owner = ?2, lease_until = iif(?2 IS NULL, 0, lease_until),
      kept_until = ?3, final = ?4, cancel_requested = ?5, record = ?6 WHERE id = ?7`),
    owns: db.prepare('SELECT 1 FROM task WHERE owner = ? LIMIT 1'),
    renew: db.prepare('UPDATE task SET lease_until = ? WHERE owner = ? RETURNING id, cancel_requested'),
    release: db.prepare('UPDATE task SET owner = NULL, lease_until = 0 WHERE owner = ?'),
    free: db.prepare(`SELECT id FROM task
      WHERE final = 0 AND lease_until <= ? AND kept_until > ? ORDER BY lease_until LIMIT ?`),
    take: db.prepare(`UPDATE task SET owner = ?, lease_until = ?, version = version + 1 WHERE id = ?
      RETURNING record, owner, version`),
    list: db.prepare(`SELECT record, owner, version FROM task
      WHERE session = ? AND kept_until > ? AND position > ? ORDER BY position LIMIT ?`),
    position: db.prepare('SELECT position FROM task WHERE id = ?'),
    countFailure: db.prepare(`INSERT INTO task_failure (op_id, count) VALUES (?, 1)
      ON CONFLICT (op_id) DO UPDATE SET count = count + 1 RETURNING count`),
    old: db.prepare('SELECT 1 FROM task WHERE kept_until <= ? LIMIT 1'),
    forget: db.prepare('DELETE FROM task WHERE kept_until <= ? RETURNING record, owner, version'),
  };
  const find = (taskId: string) => toTask(sql.get.get(taskId, nowMs()));

  // What is done again and again mostly finds nothing, and looks before it takes the lock.
  return {
    shared: true,
    create(task, leaseMs) {
      const { taskId, session, version, owner, keptUntilMs, cancelRequested } = task;
      const leaseUntil = owner === null ? 0 : nowMs() + leaseMs;
      const flags = [Number(isFinal(task)), Number(cancelRequested)];
      sql.create.run(
        taskId,
        session,
        version,
        owner,
        leaseUntil,
        keptUntilMs,
        ...flags,
        JSON.stringify(task),
      );
    },
    get: find,
    versions: (taskIds) =>
      taskIds.map((taskId) => {
        const row = sql.version.get(taskId, nowMs());
        return row && Number(row.version);
      }),
    change: (taskId, decide, effect) =>
      transaction(() => {
        const task = find(taskId);
        if (!task) return undefined;
        const next = decide(task);
        if (typeof next === 'string') return next;
        const changed: TaskRecord = { ...next, version: task.version + 1 };
        const { owner, keptUntilMs, cancelRequested, version } = changed;
        const flags = [Number(isFinal(changed)), Number(cancelRequested)];
        sql.change.run(version, owner, keptUntilMs, ...flags, JSON.stringify(changed), taskId);
        // Last of all: what could still fail is the commit alone.
        effect?.();
        return changed;
      }),
    renew(owner, leaseMs) {
      if (!sql.owns.get(owner)) return [];
      const rows = sql.renew.all(nowMs() + leaseMs, owner);
      return rows.map((row) => ({ taskId: String(row.id), cancelRequested: row.cancel_requested === 1 }));
    },
    release: (owner) => void sql.release.run(owner),
    takeOver(owner, leaseMs, max) {
      if (sql.free.all(nowMs(), nowMs(), 1).length === 0) return [];
      return transaction(() =>
        sql.free
          .all(nowMs(), nowMs(), max)
          .map(({ id }) => toTask(sql.take.get(owner, nowMs() + leaseMs, String(id))))
          .filter((task) => task !== undefined),
      );
    },
    list(session, afterTaskId, max) {
      const after = afterTaskId === undefined ? undefined : sql.position.get(afterTaskId);
      return sql.list
        .all(session, nowMs(), Number(after?.position ?? 0), max)
        .map(toTask)
        .filter((task) => task !== undefined);
    },
    countFailure: (opId) => Number(sql.countFailure.get(opId)?.count),
    forget() {
      if (!sql.old.get(nowMs())) return [];
      const rows = sql.forget.all(nowMs());
      return rows.map(toTask).filter((task) => task !== undefined);
    },
    close: () => db.close(),
  };
}

/** Who owns a task changes without its record being written anew. */
function toTask(row: Record<string, unknown> | undefined): TaskRecord | undefined {
  if (!row) return undefined;
  const record = JSON.parse(String(row.record)) as TaskRecord;
  return { ...record, owner: row.owner as string | null, version: Number(row.version) };
}
