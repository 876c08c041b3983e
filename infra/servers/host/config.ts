import { HarnessError, parseRedisUrl, type RedisAddress } from '../../../src/core/index.ts';

/**
 * What a reference server reads from its environment. A bad value is the user's mistake: exit 64.
 *
 * | variable | meaning | default |
 * |---|---|---|
 * | `PORT` | TCP port; 0 = any free one | 0 |
 * | `HOST` | address to bind | 127.0.0.1 |
 * | `WINDTUNNEL_ALLOWED_HOSTS` | more names, comma-separated, that `Host` and `Origin` may carry, beside `HOST` and the loopback names | none |
 * | `WINDTUNNEL_REPLICA` | the slot this process runs in | r1 |
 * | `WINDTUNNEL_BOOT` | how many processes the slot has had, this one included | 1 |
 * | `WINDTUNNEL_LEDGER` | file the ledger is appended to | no ledger |
 * | `WINDTUNNEL_EPOCH_US` | the run's epoch, microseconds of the system's monotonic clock | now |
 * | `WINDTUNNEL_STORE` | `memory`; for all replicas one file, `sqlite:/path/file`, or one Redis, `redis://[user:password@]host[:port][/db]` | memory |
 * | `WINDTUNNEL_STORE_PREFIX` | what all keys in that Redis begin with | windtunnel: |
 * | `WINDTUNNEL_EVENTS` | where the events of streams are kept, so that these can be resumed (2025-11-25): `memory`, or `store`, where `WINDTUNNEL_STORE` is | streams cannot be resumed |
 * | `WINDTUNNEL_BUS` | over what changes of topics are told of, as `WINDTUNNEL_STORE`: `memory` reaches the listeners of this replica | the server has no topics |
 * | `WINDTUNNEL_TASK_STORE` | where tasks are kept, as `WINDTUNNEL_STORE` | the server makes no tasks |
 * | `WINDTUNNEL_TASK_LEASE_MS` | how long a replica that is not heard of keeps its tasks; 50 to 600000 | 1000 |
 * | `WINDTUNNEL_TASK_RETRY` | who begins a task again that failed transiently: `nobody`, `server` | nobody |
 * | `WINDTUNNEL_TASK_TTL_MS` | how long a task is kept from its creation; 1 to 86400000 | 60000 |
 * | `WINDTUNNEL_TASK_RETENTION` | `kept` as long as that; `short`, 500 ms and it says so; `ignored`, 500 ms after its end whatever it says | kept |
 * | `WINDTUNNEL_TASK_POLL_MS` | how often the server would be asked; 0 to 600000 | 100 |
 * | `WINDTUNNEL_STATE_KEY` | what states that clients carry are signed with (2026-07-28), 32 to 200 of `A-Z a-z 0-9 _ -`; the same for all replicas, and shown nowhere | one of this process's own |
 * | `WINDTUNNEL_DRAIN_MS` | how long requests in flight may take after SIGTERM | 5000 |
 * | `WINDTUNNEL_LIFELINE` | `stdin`: exit at once when stdin ends | stdin is ignored |
 * | `WINDTUNNEL_JSON_RESPONSE` | `1`: the sessionful servers answer JSON instead of SSE | the SDK's default, SSE |
 */
export interface ServerConfig {
  port: number;
  host: string;
  allowedHosts: readonly string[];
  replica: string;
  boot: number;
  ledgerPath: string | undefined;
  epochUs: number | undefined;
  store: StoreConfig;
  /** Absent: streams cannot be resumed. */
  events: StoreConfig | undefined;
  /** Absent: the server has no topics. */
  bus: StoreConfig | undefined;
  /** Absent: the server makes no tasks. */
  tasks: TasksConfig | undefined;
  /** Absent: a key of this process's own. */
  stateKey: string | undefined;
  drainMs: number;
  lifeline: boolean;
  jsonResponse: boolean;
}

export type StoreConfig = { kind: 'memory' } | { kind: 'sqlite'; path: string } | RedisConfig;
export type RedisConfig = { kind: 'redis'; address: RedisAddress; prefix: string };

/** How tasks are kept and carried out. */
export interface TasksConfig {
  store: StoreConfig;
  policy: TaskPolicy;
}

export interface TaskPolicy {
  /** How long a replica that is not heard of keeps its tasks. */
  leaseMs: number;
  /** Who begins a task again that failed transiently. */
  retry: 'nobody' | 'server';
  /** How long a task is kept from its creation, if nothing else is asked for. */
  ttlMs: number;
  /**
   * `kept`: as long as it says. `short`: says 500 ms, whatever is asked for, and keeps that. `ignored`: forgets 500 ms
   * after the end, whatever it says.
   */
  retention: 'kept' | 'short' | 'ignored';
  pollIntervalMs: number;
}

type Env = Readonly<Record<string, string | undefined>>;

const drainMsMax = 600_000;

/** @throws HarnessError `usage` that names the variable. */
export function readConfig(env: Env): ServerConfig {
  const store = storeConfig(env, 'WINDTUNNEL_STORE') ?? { kind: 'memory' };
  return {
    port: integer(env, 'PORT', { min: 0, max: 65_535 }) ?? 0,
    host: text(env, 'HOST', /^[\w.:-]+$/) ?? '127.0.0.1',
    allowedHosts: text(env, 'WINDTUNNEL_ALLOWED_HOSTS', /^[\w.:[\]-]+(,[\w.:[\]-]+)*$/)?.split(',') ?? [],
    replica: text(env, 'WINDTUNNEL_REPLICA', /^[\w.-]{1,64}$/) ?? 'r1',
    boot: integer(env, 'WINDTUNNEL_BOOT', { min: 1, max: Number.MAX_SAFE_INTEGER }) ?? 1,
    ledgerPath: text(env, 'WINDTUNNEL_LEDGER', /./),
    epochUs: integer(env, 'WINDTUNNEL_EPOCH_US', { min: 0, max: Number.MAX_SAFE_INTEGER }),
    store,
    events: eventsConfig(env, store),
    bus: storeConfig(env, 'WINDTUNNEL_BUS'),
    tasks: tasksConfig(env),
    stateKey: secret(env, 'WINDTUNNEL_STATE_KEY', /^[\w-]{32,200}$/),
    drainMs: integer(env, 'WINDTUNNEL_DRAIN_MS', { min: 0, max: drainMsMax }) ?? 5000,
    lifeline: text(env, 'WINDTUNNEL_LIFELINE', /^stdin$/) !== undefined,
    jsonResponse: text(env, 'WINDTUNNEL_JSON_RESPONSE', /^[01]$/) === '1',
  };
}

function tasksConfig(env: Env): TasksConfig | undefined {
  const store = storeConfig(env, 'WINDTUNNEL_TASK_STORE');
  const retry = text(env, 'WINDTUNNEL_TASK_RETRY', /^(nobody|server)$/);
  const retention = text(env, 'WINDTUNNEL_TASK_RETENTION', /^(kept|short|ignored)$/);
  const policy: TaskPolicy = {
    leaseMs: integer(env, 'WINDTUNNEL_TASK_LEASE_MS', { min: 50, max: 600_000 }) ?? 1000,
    retry: (retry as TaskPolicy['retry'] | undefined) ?? 'nobody',
    ttlMs: integer(env, 'WINDTUNNEL_TASK_TTL_MS', { min: 1, max: 86_400_000 }) ?? 60_000,
    retention: (retention as TaskPolicy['retention'] | undefined) ?? 'kept',
    pollIntervalMs: integer(env, 'WINDTUNNEL_TASK_POLL_MS', { min: 0, max: 600_000 }) ?? 100,
  };
  return store && { store, policy };
}

function storeConfig(env: Env, name: string): StoreConfig | undefined {
  const value = text(env, name, /^(memory|sqlite:.+|redis:\/\/.+)$/);
  const prefix = text(env, 'WINDTUNNEL_STORE_PREFIX', /^[\w:.-]{1,200}$/) ?? 'windtunnel:';
  if (value === undefined) return undefined;
  if (value === 'memory') return { kind: 'memory' };
  if (value.startsWith('sqlite:')) return { kind: 'sqlite', path: value.slice('sqlite:'.length) };
  const address = parseRedisUrl(value);
  if (address) return { kind: 'redis', address, prefix };
  const shown = withoutPassword(value);
  throw new HarnessError('usage', `${name}=${shown} is no redis://[user:password@]host[:port][/db]`);
}

function eventsConfig(env: Env, store: StoreConfig): StoreConfig | undefined {
  const value = text(env, 'WINDTUNNEL_EVENTS', /^(memory|store)$/);
  if (value === undefined) return undefined;
  return value === 'memory' ? { kind: 'memory' } : store;
}

function withoutPassword(value: string): string {
  return value.replace(/\/\/.*@/, '//…@');
}

/** An empty variable counts as absent: shells and compose files cannot always leave one out. */
function text(env: Env, name: string, pattern: RegExp): string | undefined {
  const value = env[name];
  if (value === undefined || value === '') return undefined;
  if (!pattern.test(value)) {
    throw new HarnessError('usage', `${name}=${withoutPassword(value)} does not match ${pattern.source}`);
  }
  return value;
}

/** As `text`; what is wrong with it is said without showing it. */
function secret(env: Env, name: string, pattern: RegExp): string | undefined {
  const value = env[name];
  if (value === undefined || value === '') return undefined;
  if (!pattern.test(value)) throw new HarnessError('usage', `${name} does not match ${pattern.source}`);
  return value;
}

function integer(env: Env, name: string, range: { min: number; max: number }): number | undefined {
  const value = text(env, name, /./);
  if (value === undefined) return undefined;
  const number = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= range.min && number <= range.max)) {
    throw new HarnessError('usage', `${name}=${value} is no integer from ${range.min} to ${range.max}`);
  }
  return number;
}
