import type { Case } from './types.ts';

/** What chance allows the order of requests, in standard deviations; the predictions themselves allow 2.6. */
const roomInDeviations = 3;

/**
 * Why what rotation deals a client is no matter of chance here; undefined where it is. With few clients, or few requests
 * in the time that one takes, the next request of a client is dealt to the next replica, or always to the same: the share
 * that finds its session is then anything between none and all, and 1/N says nothing about it.
 */
export function unmixed({ facts, deployment }: Pick<Case, 'facts' | 'deployment'>): string | undefined {
  const { distances } = facts.mixing;
  const { replicas } = deployment;
  const all = distances.reduce((sum, count) => sum + count, 0);
  if (all === 0 || replicas === 1) return undefined;
  const mean = all / replicas;
  const off = distances.map((count) => Math.abs(count - mean));
  const most = Math.max(...off);
  if (most <= roomInDeviations * Math.sqrt(mean * (1 - 1 / replicas))) return undefined;
  const worst = off.indexOf(most);
  const first = worst === 0 ? replicas : worst;
  return `clients do not mix, and rotation deals them in step: of ${all} requests that follow another of their client, ${distances[worst]} came ${first}, ${first + replicas}, … requests after it. More clients or a higher rate would mix`;
}
