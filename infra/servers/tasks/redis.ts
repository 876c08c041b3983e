import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { HarnessError } from '../../../src/core/index.ts';
import type { RedisConfig } from '../host/config.ts';
import { connectRedis } from '../store/redis-connection.ts';
import { monotonicMs } from './memory.ts';
import { type Refused, type TaskScripts, taskScripts } from './redis-scripts.ts';
import { isFinal, type TaskRecord, type TaskStore } from './types.ts';

const tasksMax = 100_000;
/** So many are forgotten, or looked at, in one go: Redis does nothing else meanwhile. */
const batchMax = 1_000;
/**
 * Who has locked a task writes it a moment later. If it dies between, the lock ends by itself; if it stood still for
 * longer than the guard, it does not begin.
 */
const lockMs = 3_000;
const lockGuardMs = 1_000;
/** While another has it locked. */
const lookAgainMs = 5;
/** Others were faster so often: something is wrong. */
const triesMax = 1_000;

/**
 * One Redis for all replicas of a run, and maybe for others: all keys begin with the prefix. Each change is a script's
 * compare-and-set by the version; one with an effect locks the task first, so that what was decided will stand when the
 * effect has come about.
 *
 * @throws HarnessError `server` when it cannot be reached to begin with.
 */
export async function redisTaskStore(
  { address, prefix }: RedisConfig,
  onTrouble: (message: string) => void,
  { max = tasksMax, nowMs = monotonicMs }: { max?: number; nowMs?: () => number } = {},
): Promise<TaskStore> {
  const { redis, reading, changing } = await connectRedis<TaskScripts>(address, taskScripts, onTrouble);

  const get = async (taskId: string): Promise<TaskRecord | undefined> => {
    const found = await reading(() => redis.readTask(prefix, nowMs(), taskId));
    return found === null ? undefined : recordOf(found[0], found[1], found[2]);
  };
  const write = (before: TaskRecord, next: TaskRecord, token: string) =>
    changing(() =>
      redis.writeTask(
        prefix,
        nowMs(),
        before.taskId,
        before.version,
        token,
        jsonOf(next),
        next.owner ?? '',
        next.keptUntilMs,
        flag(next.cancelRequested),
        flag(!isFinal(next)),
      ),
    );

  /** @returns the new version, or why it was not to be. */
  const writeWith = async (
    before: TaskRecord,
    next: TaskRecord,
    effect: () => void,
  ): Promise<number | Refused> => {
    const token = randomUUID();
    const askedMs = nowMs();
    const locked = await changing(() =>
      redis.lockTask(prefix, askedMs, before.taskId, before.version, token, askedMs + lockMs),
    );
    if (locked !== 'ok') return locked;
    // The lock will be over before what is written now would be there.
    if (nowMs() - askedMs > lockGuardMs) return 'locked';
    effect();
    const version = await write(before, next, token);
    if (typeof version === 'string') {
      throw new Error(`the task ${before.taskId} was changed by another while it was locked`);
    }
    return version;
  };

  return {
    shared: true,
    async create(task, leaseMs) {
      const { taskId, owner, keptUntilMs, session, opId, cancelRequested, version } = task;
      const now = nowMs();
      const leaseEndMs = owner === null ? 0 : now + leaseMs;
      const rest = [
        owner ?? '',
        keptUntilMs,
        session ?? '',
        opId ?? '',
        leaseEndMs,
        max,
        flag(cancelRequested),
        version,
      ];
      const made = await changing(() => redis.createTask(prefix, now, taskId, jsonOf(task), ...rest));
      if (made === 0) throw new HarnessError('server', `there are ${max} tasks, and no room for more`);
    },
    get,
    async versions(taskIds) {
      if (taskIds.length === 0) return [];
      const versions = await reading(() => redis.taskVersions(prefix, nowMs(), ...taskIds));
      return versions.map((version) => (version === -1 ? undefined : version));
    },
    async change(taskId, decide, effect) {
      for (let turn = 0; turn < triesMax; turn++) {
        const before = await get(taskId);
        if (before === undefined) return undefined;
        const next = decide(before);
        if (typeof next === 'string') return next;
        const version = effect ? await writeWith(before, next, effect) : await write(before, next, '');
        if (typeof version === 'number') return { ...next, version };
        if (version === 'locked') await delay(lookAgainMs);
      }
      throw new Error(`the task ${taskId} could not be changed, since others always were`);
    },
    async renew(owner, leaseMs) {
      const now = nowMs();
      const held = await changing(() => redis.renewTasks(prefix, now, owner, now + leaseMs));
      return groups(held, 2).map(([taskId = '', cancel]) => ({ taskId, cancelRequested: cancel === '1' }));
    },
    release: (owner) => changing(async () => void (await redis.releaseTasks(prefix, nowMs(), owner))),
    async takeOver(owner, leaseMs, most) {
      const now = nowMs();
      const taken = await changing(() => redis.takeOverTasks(prefix, now, owner, now + leaseMs, most));
      return groups(taken, 2).map(([json = '', version = '']) => recordOf(json, version, owner));
    },
    async list(session, afterTaskId, most) {
      const found = await reading(() => redis.listTasks(prefix, nowMs(), session, afterTaskId ?? '', most));
      return groups(found, 3).map(([json = '', version = '', owner = '']) => recordOf(json, version, owner));
    },
    countFailure: (opId) => changing(() => redis.hincrby(`${prefix}task-failures`, opId, 1)),
    async forget() {
      const forgotten = await changing(() => redis.forgetTasks(prefix, nowMs(), batchMax));
      return groups(forgotten, 2).map(([taskId = '', opId]) => ({ taskId, opId: opId || null }));
    },
    close: () => redis.disconnect(),
  };
}

/** What stands beside it in Redis is left out. */
function jsonOf({ owner: _owner, version: _version, ...rest }: TaskRecord): string {
  return JSON.stringify(rest);
}

function recordOf(json: string | number, version: string | number, owner: string): TaskRecord {
  return { ...JSON.parse(String(json)), version: Number(version), owner: owner === '' ? null : owner };
}

function flag(value: boolean): 0 | 1 {
  return value ? 1 : 0;
}

function groups<T>(flat: readonly T[], size: number): T[][] {
  return Array.from({ length: flat.length / size }, (_, i) => flat.slice(i * size, (i + 1) * size));
}
