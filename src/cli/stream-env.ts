import type { DeploymentDraft } from '../scenario/index.ts';

/** What a reference server is told of where the events of its streams are kept. */
export function streamEnv({ streams }: Pick<DeploymentDraft, 'streams'>): Record<string, string> {
  if (streams === undefined) return {};
  return { WINDTUNNEL_EVENTS: streams.events === 'shared' ? 'store' : 'memory' };
}
