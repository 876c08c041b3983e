import { z } from 'zod';
import { nameField } from './fields.ts';

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
  'broken/executes-twice': '2025-11-25',
  'broken/forgets-sessions': '2025-11-25',
  'broken/forgets-state': '2025-11-25',
  'broken/leaks-memory': '2025-11-25',
  'broken/loses-results': '2025-11-25',
  'broken/loses-writes': '2025-11-25',
  'broken/mixes-up-answers': '2025-11-25',
  'broken/refuses-calls': '2025-11-25',
  'broken/serves-others-state': '2025-11-25',
  'broken/stalls': '2025-11-25',
} as const;

/** Every program that a replica can run, with its protocol revision. */
export const servers = { ...referenceServers, ...brokenServers };
type Server = keyof typeof servers;

export const deploymentFile = z.strictObject({
  name: nameField,
  description: z.string().min(1).max(300).describe('What it is, in one sentence'),
  server: z
    .enum(Object.keys(servers) as [Server, ...Server[]])
    .describe(
      'The reference server that every replica runs; broken/… are wrong on purpose, to test the checkers',
    ),
  state: z
    .enum(['memory', 'shared'])
    .describe(
      "Where sessions and baskets live: the replica's memory, or one store for all replicas (SQLite, or Redis with --store redis)",
    ),
  routing: z
    .enum(['round-robin', 'session-affinity', 'hash', 'consistent-hash'])
    .describe(
      'How the balancer picks a replica: strict rotation, by a learned table of Mcp-Session-Id, or by a hash of the client (mod N, or on a ring)',
    ),
  replicas: z.int().min(1).max(50).default(3).describe('How many replicas at the begin'),
});

export type DeploymentFile = z.output<typeof deploymentFile>;
