import type { DeploymentFile } from './deployment-schema.ts';
import { containerFaults } from './fault-schema.ts';
import type { DeploymentDraft, Plan, Scenario } from './plan.ts';
import type { Problem } from './problems.ts';

/** What the backend can do with the files, known before anything is started. */

type Backend = Plan['backend'];

export function checkDeploymentBackend({ limits, server }: DeploymentFile, backend: Backend): Problem[] {
  if (backend === 'container') {
    if (typeof server === 'string' || server.image !== undefined) return [];
    const message = 'cannot run in a container: name an `image`, or leave out --backend container';
    return [{ path: ['server'], message }];
  }
  if (limits === undefined) return [];
  const message = 'holds for containers only; give --backend container, or leave it out';
  return [{ path: ['limits'], message }];
}

export function checkFaultsBackend(
  { faults }: Scenario,
  deployments: readonly DeploymentDraft[],
  backend: Backend,
): Problem[] {
  return faults.flatMap((fault, i): Problem[] => {
    if (!containerFaults.includes(fault.fault)) return [];
    if (backend === 'process') {
      const message = `${fault.fault} is for containers only: give --backend container`;
      return [{ path: ['faults', i, 'fault'], message }];
    }
    if (fault.fault !== 'rollout') return [];
    return deployments.flatMap(({ name, server }) => rolloutProblem(i, name, typeof server, fault.image));
  });
}

function rolloutProblem(
  index: number,
  deployment: string,
  kind: string,
  image: string | undefined,
): Problem[] {
  const path = ['faults', index, 'image'];
  if (kind === 'string' && image !== undefined) {
    const message = `is for servers of your own; ${deployment} runs one of ours, of which a new version is made`;
    return [{ path, message }];
  }
  if (kind !== 'string' && image === undefined) {
    return [
      { path: path.slice(0, 2), message: `needs \`image\`: the new version of what ${deployment} runs` },
    ];
  }
  return [];
}
