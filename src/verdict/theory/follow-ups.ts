import { binomial } from './chance.ts';
import type { Row } from './types.ts';
import { unmixed } from './unmixed.ts';

/** In memory, in rotation: a follow-up request finds its session with probability 1/N; where there are sessions. */
export const followUps: Row = ({ deployment, metrics, facts }) => {
  const { state, routing, protocol, replicas } = deployment;
  if (protocol === '2026-07-28' || state !== 'memory' || routing !== 'round-robin') return [];
  if ('notApplicable' in metrics.session_loss) return [];
  const { asked, found } = facts.followUps;
  const [low, high] = binomial(asked, 1 / replicas);
  return [
    {
      id: 'follow-up-found',
      metric: 'session_loss',
      what: `follow-up requests that find their session: ${asked} before any fault, in rotation over ${replicas} replicas`,
      formula: `1/N = 1/${replicas}`,
      source: 'rotation takes no notice of sessions, and arrivals mix; binomial',
      predicted: 1 / replicas,
      interval: asked === 0 ? [0, 1] : [low / asked, high / asked],
      measured: asked === 0 ? null : found / asked,
      doubt: unmixed({ facts, deployment }),
    },
  ];
};
