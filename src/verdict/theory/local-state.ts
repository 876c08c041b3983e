import { foreignServerOf } from '../../scenario/index.ts';
import { binomial } from './chance.ts';
import type { Row } from './types.ts';
import { unmixed } from './unmixed.ts';

/**
 * 2026-07-28, state in replica memory, in rotation: what a handle names is found with probability 1/N. A
 * stateless protocol does not make an application stateless. Only a server of ours says whether it found the state.
 */
export const localState: Row = ({ deployment, facts }) => {
  const { state, routing, protocol, replicas } = deployment;
  if (protocol !== '2026-07-28' || state !== 'memory' || routing !== 'round-robin') return [];
  if (foreignServerOf(deployment)) return [];
  const { asked, found } = facts.lookups;
  const [low, high] = binomial(asked, 1 / replicas);
  return [
    {
      id: 'handle-found',
      metric: 'state_loss',
      what: `calls with a handle that find what it names: ${asked} before any fault, in rotation over ${replicas} replicas`,
      formula: `1/N = 1/${replicas}`,
      source: 'the handle names what one replica holds, and rotation takes no notice; binomial',
      predicted: 1 / replicas,
      interval: asked === 0 ? [0, 1] : [low / asked, high / asked],
      measured: asked === 0 ? null : found / asked,
      doubt: unmixed({ facts, deployment }),
    },
  ];
};
