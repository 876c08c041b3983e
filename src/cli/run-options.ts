import { HarnessError } from '../core/index.ts';
import { type ClientKind, clientKinds } from '../record/index.ts';
import { chosenRedis, duration, folder, names, rate, single, whole } from './option-values.ts';
import type { StoreOptions } from './shared-store.ts';
import type { TargetOptions } from './targets.ts';

/** The options of `windtunnel run`: what they are, and what they come to. */

export interface RunOptions {
  scenarios: string[];
  /** None: those that each scenario names. */
  deployments: string[];
  replicas: number | undefined;
  repeats: number;
  durationMs: number | undefined;
  sessions: number | undefined;
  ratePerSecond: number | undefined;
  client: ClientKind;
  seed: number;
  backend: 'process' | 'container';
  store: StoreOptions;
  /** What load may be sent to beside this machine. */
  targets: TargetOptions;
  out: string | undefined;
  quiet: boolean;
  json: boolean;
}

export const defaultScenarios = ['rolling-restart', 'crash', 'scale-out', 'long-running-tasks'];
/** Of scenarios that name none of their own. */
export const defaultDeployments = ['stateful-round-robin', 'stateful-sticky', 'stateless'];

export const runOptions = {
  deployment: {
    type: 'string',
    describe: `Names under infra/deployments/, or paths, separated by commas; by default those that the scenario names, or else ${defaultDeployments.join(',')}`,
  },
  replicas: { type: 'string', describe: 'Replicas of each deployment, 1 to 50' },
  repeat: { type: 'string', default: '1', describe: 'How often each combination is run, 1 to 1000' },
  duration: { type: 'string', describe: 'How long operations are intended, e.g. 30s' },
  sessions: { type: 'string', describe: 'How many clients arrive' },
  rate: { type: 'string', describe: 'Operations of all clients together, e.g. 200/s' },
  seed: { type: 'string', default: '1', describe: 'The same seed gives the same schedule, 0 to 4294967295' },
  backend: {
    choices: ['process', 'container'],
    default: 'process',
    describe: 'Where replicas, balancer and store run: on this machine, or in containers on it',
  },
  balancer: { choices: ['embedded'], default: 'embedded', describe: 'What balances them' },
  store: {
    choices: ['sqlite', 'redis'],
    default: 'sqlite',
    describe: 'Where deployments with state: shared keep sessions and baskets',
  },
  'redis-url': {
    type: 'string',
    describe: 'The Redis to use, redis://[user:password@]host[:port][/db]; by default one is started per run',
  },
  'allow-host': {
    type: 'string',
    describe: 'Hosts beside this machine that may be used, separated by commas',
  },
  'allow-high-rate': {
    type: 'boolean',
    default: false,
    describe: 'Whether such a host may be sent more than 50 requests per second',
  },
  client: {
    choices: clientKinds,
    default: 'wire',
    describe: 'What makes the load: the fast client, or the official ones (v1 and v2, or v2 alone)',
  },
  out: { type: 'string', describe: 'Folder for the experiment; by default a new one under reports/' },
} as const;

interface RawRunOptions {
  scenarios: string[];
  deployment?: string | undefined;
  replicas?: string | undefined;
  repeat: string;
  duration?: string | undefined;
  sessions?: string | undefined;
  rate?: string | undefined;
  client: ClientKind;
  seed: string;
  backend: 'process' | 'container';
  store: 'sqlite' | 'redis';
  redisUrl?: string | undefined;
  allowHost?: string | undefined;
  allowHighRate: boolean;
  out?: string | undefined;
  quiet: boolean;
  json: boolean;
}

/** @throws HarnessError `usage` for a value out of range; the message says what is allowed. */
export function toRunOptions(raw: RawRunOptions): RunOptions {
  return {
    scenarios: raw.scenarios,
    deployments: raw.deployment === undefined ? [] : names('deployment', raw.deployment),
    replicas: raw.replicas === undefined ? undefined : whole('replicas', raw.replicas, 1, 50),
    repeats: whole('repeat', raw.repeat, 1, 1000),
    durationMs: raw.duration === undefined ? undefined : duration(raw.duration),
    sessions: raw.sessions === undefined ? undefined : whole('sessions', raw.sessions, 1, 1_000_000),
    ratePerSecond: raw.rate === undefined ? undefined : rate(raw.rate),
    seed: whole('seed', raw.seed, 0, 0xffff_ffff),
    backend: single('backend', raw.backend),
    store: storeOptions(raw),
    targets: {
      allowedHosts: raw.allowHost === undefined ? [] : names('allow-host', raw.allowHost),
      highRate: raw.allowHighRate,
    },
    client: single('client', raw.client),
    out: raw.out === undefined ? undefined : folder('out', raw.out),
    quiet: raw.quiet,
    json: raw.json,
  };
}

function storeOptions({ store, redisUrl, allowHost }: RawRunOptions): StoreOptions {
  const kind = single('store', store);
  const url = single('redis-url', redisUrl);
  const allowed = allowHost === undefined ? [] : names('allow-host', allowHost);
  if (url === undefined) return { kind, redis: undefined };
  if (kind === 'redis') return { kind, redis: chosenRedis(url, allowed) };
  throw new HarnessError('usage', '--redis-url is given, but the store is SQLite', {
    hint: 'Give --store redis as well.',
  });
}
