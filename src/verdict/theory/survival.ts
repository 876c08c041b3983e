import { binomial } from './chance.ts';
import type { Row } from './types.ts';
import { unmixed } from './unmixed.ts';

/** In memory, in rotation: a session survives k follow-ups with (1/N)^k when arrivals mix. */
export const survival: Row = ({ scenario, deployment, metrics, facts }) => {
  const { state, routing, protocol, replicas } = deployment;
  if (protocol === '2026-07-28' || state !== 'memory' || routing !== 'round-robin') return [];
  if (scenario.faults.length > 0 || 'notApplicable' in metrics.session_loss) return [];
  let sessions = 0;
  let survivors = 0;
  let fewest = Number.POSITIVE_INFINITY;
  for (const [followUps, count] of facts.intendedFollowUps) {
    sessions += count;
    survivors += count * replicas ** -followUps;
    fewest = Math.min(fewest, followUps);
  }
  const predicted = sessions === 0 ? 1 : 1 - survivors / sessions;
  // The binomial of the mean probability spreads more than sessions of different k do (Hoeffding 1956).
  const [low, high] = binomial(sessions, predicted);
  return [
    {
      id: 'session-survives',
      metric: 'session_loss',
      what: `sessions lost in rotation over ${replicas} replicas, when each makes k requests after its first (here ${sessions === 0 ? 'none' : `at least ${fewest}`})`,
      formula: `1 - (1/N)^k, mean over ${sessions} sessions`,
      source: 'each of k follow-ups finds its session with 1/N; binomial',
      predicted,
      interval: sessions === 0 ? [0, 1] : [low / sessions, high / sessions],
      measured: metrics.session_loss.value,
      doubt: unmixed({ facts, deployment }),
    },
  ];
};
