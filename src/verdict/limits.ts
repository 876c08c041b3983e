import type { Deployment } from '../scenario/index.ts';

/** Deployments that are compared should have the same limits; a doubt about the comparison, if they have not. */
export function limitWarnings(deployment: Deployment, baseline: Deployment): string[] {
  const [own, theirs] = [deployment, baseline].map(describe);
  if (own === theirs) return [];
  return [
    `Its replicas may use ${own}, those of ${baseline.name} ${theirs}: what differs may come from that. Give both the same \`limits\`.`,
  ];
}

function describe({ limits }: Deployment): string {
  const cpus = limits?.cpus === undefined ? 'any CPU' : `${limits.cpus} CPUs`;
  return `${cpus} and ${limits?.memory ?? 'any amount of memory'}`;
}
