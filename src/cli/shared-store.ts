import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import {
  type Clock,
  HarnessError,
  messageOf,
  type RedisAddress,
  redactedRedisUrl,
  redisUrl,
} from '../core/index.ts';
import { type Deployment, type Plan, usesSharedStore } from '../scenario/index.ts';
import {
  installedRedisVersion,
  type RedisKeys,
  rehearseRedis,
  removeRedisKeys,
  startRedisServer,
  type Warden,
} from '../topology/index.ts';
import type { ChosenRedis } from './option-values.ts';
import type { Output } from './output.ts';
import { installedVersion } from './package-info.ts';

/** What the command line says of the store that replicas share. */
export interface StoreOptions {
  kind: 'sqlite' | 'redis';
  /** Absent: a server of its own for each run. */
  redis: ChosenRedis | undefined;
}

/** The store of an experiment; it is known to be there. */
export interface SharedStore {
  plan: Pick<Plan, 'store' | 'redisUrl'>;
  /** For the environment. */
  versions: Record<string, string>;
  /** A word of the command line as it may be shown. */
  withoutPassword(word: string): string;
  /** For one run, before its replicas start. */
  open(deployment: Deployment, means: StoreMeans, signal: AbortSignal): Promise<OpenStore>;
}

export interface StoreMeans {
  clock: Clock;
  warden: Warden;
  /** Of the run, and gone after it. */
  folder: string;
  /** For the output of a server. */
  logPath: string;
}

/** Disposed when the replicas are down. */
export interface OpenStore extends AsyncDisposable {
  /** What a replica needs to find it; whether it keeps its state there, or tasks, see `storeEnv`. */
  env: Record<string, string>;
}

/** @throws HarnessError `usage` when there is no such store. */
export async function prepareStore(options: StoreOptions, output: Output): Promise<SharedStore> {
  const asItIs = (word: string) => word;
  if (options.kind === 'sqlite') {
    const openShared = async ({ folder }: StoreMeans) => lasting(`sqlite:${join(folder, 'store.sqlite')}`);
    return { plan: { store: 'sqlite' }, versions: {}, withoutPassword: asItIs, open: sharedOnly(openShared) };
  }
  if (options.redis === undefined) {
    const open = sharedOnly(ownRedis);
    return { plan: { store: 'redis' }, versions: versions(ownVersion()), withoutPassword: asItIs, open };
  }
  const { given, address } = options.redis;
  const shown = redactedRedisUrl(address);
  return {
    plan: { store: 'redis', redisUrl: shown },
    versions: versions(await reachableVersion(address)),
    withoutPassword: (word) => (address.password === undefined ? word : word.replaceAll(given, shown)),
    open: sharedOnly((means) => foreignRedis(address, means.warden, output)),
  };
}

function sharedOnly(
  open: (means: StoreMeans, signal: AbortSignal) => Promise<OpenStore>,
): SharedStore['open'] {
  return async (deployment, means, signal) =>
    usesSharedStore(deployment) ? open(means, signal) : lasting('memory');
}

/** A store that nobody has to end. */
function lasting(store: string): OpenStore {
  return { env: { WINDTUNNEL_STORE: store }, [Symbol.asyncDispose]: async () => {} };
}

function versions(server: string): Record<string, string> {
  return { ioredis: installedVersion('ioredis') ?? 'unknown', 'redis-server': server };
}

function ownVersion(): string {
  const version = installedRedisVersion();
  if (version !== undefined) return version;
  throw new HarnessError('usage', '--store redis: there is no redis-server on this machine', {
    hint: 'Install one (apt-get install redis-server, brew install redis), or name a running one with --redis-url redis://127.0.0.1:6379.',
  });
}

async function ownRedis(means: StoreMeans, signal: AbortSignal): Promise<OpenStore> {
  const server = await startRedisServer({ ...means, guard: means.warden }, signal);
  return {
    env: redisEnv({ address: server.address, prefix: newPrefix() }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function reachableVersion(address: RedisAddress): Promise<string> {
  try {
    return await rehearseRedis({ address, prefix: newPrefix() });
  } catch (cause) {
    const where = redactedRedisUrl(address);
    throw new HarnessError('usage', `--redis-url ${where} cannot be used: ${messageOf(cause)}`, {
      hint: 'It must answer, take the user and password in the URL, and allow writing and Lua scripts.',
      cause,
    });
  }
}

async function foreignRedis(address: RedisAddress, warden: Warden, output: Output): Promise<OpenStore> {
  const keys = { address, prefix: newPrefix() };
  const owned = warden.ownKeys(keys);
  return {
    env: redisEnv(keys),
    async [Symbol.asyncDispose]() {
      try {
        await removeRedisKeys(keys);
      } catch (error) {
        // What was measured stands all the same.
        const where = redactedRedisUrl(address);
        output.note(
          `keys ${keys.prefix}* may be left in ${where}, which cannot be reached: ${messageOf(error)}`,
        );
      }
      owned[Symbol.dispose]();
    },
  };
}

function redisEnv({ address, prefix }: RedisKeys): Record<string, string> {
  return { WINDTUNNEL_STORE: redisUrl(address), WINDTUNNEL_STORE_PREFIX: prefix };
}

/** No other run has it, on whatever machine. */
function newPrefix(): string {
  return `windtunnel:${randomUUID()}:`;
}
