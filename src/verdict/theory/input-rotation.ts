import { callsOf } from '../../scenario/index.ts';
import { binomial } from './chance.ts';
import { type Row, share } from './types.ts';

/**
 * Questions of 2025-11-25 in rotation: every replica knows the session, and one of them the call that waits. Of what comes
 * before the first fault: while one of three replicas is away its neighbour has its turns, and an answer finds its call
 * with (2/3)^2 + (1/3)^2.
 */
export const inputRotation: Row = ({ deployment, scenario, facts }) => {
  const { journey, policy } = scenario.workload;
  const isPlain = callsOf(journey).every(
    ({ answers, task }) => answers !== undefined && !answers.tamper && task === undefined,
  );
  const { protocol, routing, state, replicas } = deployment;
  const isRotated = protocol === '2025-11-25' && routing === 'round-robin' && state === 'shared';
  if (!isPlain || !isRotated || policy.unknownOutcome === 'retry' || !facts.input) return [];
  const { answered, lost } = facts.input.quiet;
  if (answered === 0) return [];
  const predicted = 1 - 1 / replicas;
  const [low, high] = binomial(answered, predicted);
  return [
    {
      id: 'input-rotation',
      metric: 'input_loss',
      what: `answered questions that were lost, of ${answered} before the first fault: each answer finds its call on one of ${replicas} replicas`,
      formula: `1 - 1/N = 1 - 1/${replicas}`,
      source: 'every replica knows the session, and one of them the call; binomial',
      predicted,
      interval: [low / answered, high / answered],
      measured: share(lost, answered),
    },
  ];
};
