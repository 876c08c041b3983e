import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Catalog, PlanRequest } from '../../src/scenario/index.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** The scenarios and deployments that come with the project. */
export const catalog: Catalog = {
  scenariosDir: join(root, 'scenarios'),
  deploymentsDir: join(root, 'infra/deployments'),
};

/** What the command line would ask for: `crash` on `stateless`, unless said otherwise. */
export const request = (changes: Partial<PlanRequest> = {}): PlanRequest => ({
  scenarios: ['crash'],
  deployments: ['stateless'],
  repeats: 1,
  seed: 1,
  command: 'windtunnel run crash',
  tool: { name: 'mcp-windtunnel', version: '0' },
  startedAt: '2026-01-01T00:00:00.000Z',
  environment: { node: '', cpu: '', cores: 1, memoryBytes: 0, os: '', packages: {} },
  ...changes,
});
