/**
 * What Redis does with tasks, each script as a whole: nobody sees or changes anything in between. All keys begin with
 * the prefix, which is the first argument; the second is the time, in milliseconds of the clock that the replicas share.
 *
 * | key | holds |
 * |---|---|
 * | `task:ID` | a task: `json` (the record without what stands beside it), `version`, `owner` (empty: nobody), `cancel`, `until` (when it is forgotten), `session`, `op`, `open` (not at its end), `lock` and `locked-until` |
 * | `tasks-kept` | every task by when it is forgotten |
 * | `tasks-open` | those not at their end by when their lease is over |
 * | `tasks-of:OWNER` | those that it holds, also one that was cancelled and goes on |
 * | `tasks-in:SESSION` | its tasks in the order of their creation |
 * | `tasks-made` | how many there have been in sessions |
 * | `task-failures` | how often each operation has failed transiently |
 */

/** For all of them: `P` is the prefix, `now` the time. */
const common = `
  local P, now = ARGV[1], tonumber(ARGV[2])
  local function there(id)
    local until_ms = redis.call('HGET', P .. 'task:' .. id, 'until')
    return until_ms and tonumber(until_ms) > now
  end
  local function locked(id, token)
    local lock = redis.call('HMGET', P .. 'task:' .. id, 'lock', 'locked-until')
    return lock[1] and lock[1] ~= token and tonumber(lock[2]) > now
  end
  local function hold(id, owner, lease_ends)
    local key = P .. 'task:' .. id
    local before = redis.call('HGET', key, 'owner')
    if before and before ~= '' then redis.call('SREM', P .. 'tasks-of:' .. before, id) end
    redis.call('HSET', key, 'owner', owner)
    if owner ~= '' then redis.call('SADD', P .. 'tasks-of:' .. owner, id) end
    if lease_ends then redis.call('ZADD', P .. 'tasks-open', lease_ends, id) end
  end`;

const script = (lua: string) => ({ numberOfKeys: 0, lua: `${common}\n${lua}` });

export const taskScripts = {
  /** id, json, owner, until, session, op, lease end, most tasks, cancel, version. */
  createTask: script(`
    local id = ARGV[3]
    if redis.call('ZCARD', P .. 'tasks-kept') >= tonumber(ARGV[10]) then return 0 end
    local key = P .. 'task:' .. id
    redis.call('HSET', key, 'json', ARGV[4], 'version', ARGV[12], 'until', ARGV[6], 'session', ARGV[7], 'op', ARGV[8],
      'cancel', ARGV[11], 'open', 1)
    redis.call('ZADD', P .. 'tasks-kept', ARGV[6], id)
    hold(id, ARGV[5], ARGV[9])
    if ARGV[7] ~= '' then
      redis.call('ZADD', P .. 'tasks-in:' .. ARGV[7], redis.call('INCR', P .. 'tasks-made'), id)
    end
    return 1`),

  /** id. */
  readTask: script(`
    if not there(ARGV[3]) then return false end
    return redis.call('HMGET', P .. 'task:' .. ARGV[3], 'json', 'version', 'owner')`),

  /** ids. */
  taskVersions: script(`
    local versions = {}
    for i = 3, #ARGV do
      versions[i - 2] = there(ARGV[i]) and tonumber(redis.call('HGET', P .. 'task:' .. ARGV[i], 'version')) or -1
    end
    return versions`),

  /** id, version that was read, token, until when it is locked. */
  lockTask: script(`
    local id, key = ARGV[3], P .. 'task:' .. ARGV[3]
    if not there(id) then return 'gone' end
    if locked(id, ARGV[5]) then return 'locked' end
    if redis.call('HGET', key, 'version') ~= ARGV[4] then return 'stale' end
    redis.call('HSET', key, 'lock', ARGV[5], 'locked-until', ARGV[6])
    return 'ok'`),

  /** id, version that was read, token or empty, json, owner, until, cancel, whether it is open. Returns its version. */
  writeTask: script(`
    local id, key = ARGV[3], P .. 'task:' .. ARGV[3]
    if ARGV[5] ~= '' then
      -- Who has the lock has the say: others could but have let go of it, or taken it over.
      if redis.call('HGET', key, 'lock') ~= ARGV[5] then return 'stale' end
      redis.call('HDEL', key, 'lock', 'locked-until')
    else
      if not there(id) then return 'gone' end
      if locked(id, '') then return 'locked' end
      if redis.call('HGET', key, 'version') ~= ARGV[4] then return 'stale' end
    end
    redis.call('HSET', key, 'json', ARGV[6], 'until', ARGV[8], 'cancel', ARGV[9], 'open', ARGV[10])
    redis.call('ZADD', P .. 'tasks-kept', ARGV[8], id)
    hold(id, ARGV[7], ARGV[10] == '1' and ARGV[7] == '' and 0)
    if ARGV[10] == '0' then redis.call('ZREM', P .. 'tasks-open', id) end
    return redis.call('HINCRBY', key, 'version', 1)`),

  /** owner, lease end. Returns each id with whether it is to be cancelled. */
  renewTasks: script(`
    local held = {}
    for _, id in ipairs(redis.call('SMEMBERS', P .. 'tasks-of:' .. ARGV[3])) do
      if there(id) then
        redis.call('ZADD', P .. 'tasks-open', 'XX', ARGV[4], id)
        held[#held + 1] = id
        held[#held + 1] = redis.call('HGET', P .. 'task:' .. id, 'cancel')
      end
    end
    return held`),

  /** owner. */
  releaseTasks: script(`
    for _, id in ipairs(redis.call('SMEMBERS', P .. 'tasks-of:' .. ARGV[3])) do
      hold(id, '', redis.call('HGET', P .. 'task:' .. id, 'open') == '1' and 0)
      redis.call('HINCRBY', P .. 'task:' .. id, 'version', 1)
    end`),

  /** owner, lease end, how many at most. Returns json and version of each. */
  takeOverTasks: script(`
    local taken, most = {}, tonumber(ARGV[5])
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. 'tasks-open', '-inf', now)) do
      if #taken == 2 * most then break end
      if there(id) and not locked(id, '') then
        hold(id, ARGV[3], ARGV[4])
        taken[#taken + 1] = redis.call('HGET', P .. 'task:' .. id, 'json')
        taken[#taken + 1] = redis.call('HINCRBY', P .. 'task:' .. id, 'version', 1)
      end
    end
    return taken`),

  /** session, id behind which they begin or empty, how many at most. Returns json, version and owner of each. */
  listTasks: script(`
    local key, found = P .. 'tasks-in:' .. ARGV[3], {}
    local rank = ARGV[4] ~= '' and redis.call('ZRANK', key, ARGV[4])
    for _, id in ipairs(redis.call('ZRANGE', key, rank and rank + 1 or 0, -1)) do
      if #found == 3 * tonumber(ARGV[5]) then break end
      if there(id) then
        for _, value in ipairs(redis.call('HMGET', P .. 'task:' .. id, 'json', 'version', 'owner')) do
          found[#found + 1] = value
        end
      end
    end
    return found`),

  /** How many at most. Returns id and operation of each. */
  forgetTasks: script(`
    local forgotten = {}
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', P .. 'tasks-kept', '-inf', now, 'LIMIT', 0, ARGV[3])) do
      local key = P .. 'task:' .. id
      local task = redis.call('HMGET', key, 'op', 'session', 'owner')
      forgotten[#forgotten + 1] = id
      forgotten[#forgotten + 1] = task[1] or ''
      redis.call('ZREM', P .. 'tasks-kept', id)
      redis.call('ZREM', P .. 'tasks-open', id)
      if task[2] and task[2] ~= '' then redis.call('ZREM', P .. 'tasks-in:' .. task[2], id) end
      if task[3] and task[3] ~= '' then redis.call('SREM', P .. 'tasks-of:' .. task[3], id) end
      redis.call('DEL', key)
    end
    return forgotten`),
};

type Args = (string | number)[];
/** How a change went: `gone`: there is no such task; `locked`: another is at it; `stale`: another was faster. */
export type Refused = 'gone' | 'locked' | 'stale';

export interface TaskScripts {
  createTask(...args: Args): Promise<0 | 1>;
  readTask(...args: Args): Promise<[json: string, version: string, owner: string] | null>;
  taskVersions(...args: Args): Promise<number[]>;
  lockTask(...args: Args): Promise<'ok' | Refused>;
  writeTask(...args: Args): Promise<number | Refused>;
  renewTasks(...args: Args): Promise<string[]>;
  releaseTasks(...args: Args): Promise<null>;
  takeOverTasks(...args: Args): Promise<(string | number)[]>;
  listTasks(...args: Args): Promise<string[]>;
  forgetTasks(...args: Args): Promise<string[]>;
}
