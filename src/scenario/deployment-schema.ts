import { z } from 'zod';
import { durationField, memoryField, nameField } from './fields.ts';
import { foreignServer } from './foreign-server-schema.ts';

/** The reference servers, by the SDK and the protocol revision they are built on (`infra/servers/`). */
export const referenceServers = {
  'stateful-v2': '2025-11-25',
  'stateful-v1': '2025-11-25',
  'stateless-v2': '2026-07-28',
} as const;
export type ReferenceServer = keyof typeof referenceServers;

/**
 * Servers that are wrong in exactly one way, so that each checker can be shown to find it and no other to be misled
 * (`infra/servers/broken/`). Their deployments are named by path only.
 */
const brokenServers = {
  'broken/accepts-any-state': '2026-07-28',
  'broken/executes-twice': '2025-11-25',
  'broken/executes-twice-on-takeover': '2026-07-28',
  'broken/forgets-sessions': '2025-11-25',
  'broken/forgets-state': '2025-11-25',
  'broken/forgets-task-results': '2026-07-28',
  'broken/hands-out-early': '2026-07-28',
  'broken/leaks-memory': '2025-11-25',
  'broken/loses-events': '2025-11-25',
  'broken/loses-results': '2025-11-25',
  'broken/loses-tasks': '2026-07-28',
  'broken/loses-writes': '2025-11-25',
  'broken/mixes-up-answers': '2025-11-25',
  'broken/refuses-calls': '2025-11-25',
  'broken/repeats-events': '2025-11-25',
  'broken/replays-to-others': '2025-11-25',
  'broken/reuses-input-key': '2026-07-28',
  'broken/serves-others-state': '2025-11-25',
  'broken/stalls': '2025-11-25',
  'broken/works-after-cancel': '2026-07-28',
  'broken/tells-others': '2025-11-25',
} as const;

/** Every program that a replica can run, with its protocol revision. */
export const servers = { ...referenceServers, ...brokenServers };
export type ServerName = keyof typeof servers;

const serverName = z.enum(Object.keys(servers) as [ServerName, ...ServerName[]]);

const stateField = z.enum(['memory', 'shared', 'unknown']);
const routingField = z.enum(['round-robin', 'session-affinity', 'task-affinity', 'hash', 'consistent-hash']);

const tasksField = z
  .strictObject({
    store: z
      .enum(['memory', 'shared'])
      .describe(
        "Where tasks live: the replica's memory, or one store for all, with a lease, so that another replica takes over what its owner no longer renews",
      ),
    lease: durationField
      .default('1s')
      .describe('How long a replica that is not heard of keeps its tasks (shared)'),
    retry: z
      .enum(['nobody', 'server'])
      .default('nobody')
      .describe(
        'Whether the server begins a task again that has failed transiently; a client may: see `task.retries`',
      ),
    ttl: durationField
      .default('60s')
      .describe('How long a task is kept from its creation, as the server says'),
    retention: z
      .enum(['kept', 'short', 'ignored'])
      .default('kept')
      .describe(
        'kept: as long as it says; short: it says and keeps 500 ms, whatever is asked for; ignored: it forgets a result 500 ms after it was there, whatever it says',
      ),
    pollInterval: durationField.default('250ms').describe('How often the server would be asked'),
  })
  .describe('The server makes tasks of long calls; without it, it has none. Of the reference servers');

const streamsField = z
  .strictObject({
    events: z
      .enum(['memory', 'shared'])
      .describe(
        "Where the events of streams are kept, so that one that broke can be resumed: the replica's memory, or where all replicas see them, so that any goes on with a stream of another",
      ),
  })
  .describe('Streams can be resumed; without it they cannot. Of the reference servers of 2025-11-25');

const busField = z
  .enum(['memory', 'shared'])
  .describe(
    'The server has topics that clients publish to and subscribe to; over what changes are told of: the memory of the replica that was told, whose listeners alone hear of them, or a bus over the store that all replicas share. Of the reference servers',
  );

export const deploymentFile = z.strictObject({
  name: nameField,
  description: z.string().min(1).max(300).describe('What it is, in one sentence'),
  server: z
    .union([serverName, foreignServer], {
      error: `allowed: ${Object.keys(referenceServers).join(', ')}, or a mapping with one of command, image, url`,
    })
    .describe(
      'The reference server that every replica runs (broken/… are wrong on purpose, to test the checkers), or your own: its command, image or url',
    ),
  state: stateField
    .optional()
    .describe(
      "Where sessions and application state live: the replica's memory, or one store for all replicas (of the reference servers: SQLite, or Redis with --store redis). Of your own server it says what is predicted; unknown, the default there, predicts nothing",
    ),
  routing: routingField
    .optional()
    .describe(
      'How the balancer picks a replica: strict rotation, by a learned table of Mcp-Session-Id (2025-11-25) or of tasks by their Mcp-Name (2026-07-28), or by a hash of the client (mod N, or on a ring). For your own server by default round-robin; there is none with `url`',
    ),
  replicas: z
    .int()
    .min(1)
    .max(50)
    .optional()
    .describe('How many replicas at the begin (default 3); not with `url`'),
  tasks: tasksField.optional(),
  streams: streamsField.optional(),
  bus: busField.optional(),
  limits: z
    .strictObject({
      cpus: z
        .number()
        .min(0.05)
        .max(256)
        .optional()
        .describe('CPUs that a replica may use at most, e.g. 0.5'),
      memory: memoryField
        .optional()
        .describe('Memory that a replica may hold at most, e.g. 256MB; what holds more is killed'),
    })
    .optional()
    .describe(
      'Of each replica, with --backend container; deployments that are compared should have the same',
    ),
});

export type DeploymentFile = z.output<typeof deploymentFile>;

/** What a deployment comes to when every default is filled in; as a plan holds it. */
export const plannedDeployment = deploymentFile
  .extend({
    server: z.union([serverName, foreignServer.loose()]),
    state: stateField,
    /** `none`: nothing of ours is between the clients and the server. */
    routing: z.enum([...routingField.options, 'none']),
    replicas: z.int().min(1),
    protocol: z.enum(['2025-11-25', '2026-07-28']),
  })
  .loose();
