import { binomial } from './chance.ts';
import { type Row, share } from './types.ts';

/**
 * Told of in the memory of a replica, a change reaches the listeners of one of N. Before any fault these are spread as
 * rotation deals them, whoever publishes. Listeners of one replica hear the same, so what is drawn is a replica for each
 * change, not for each notification.
 */
export const rotationOfChanges: Row = ({ deployment, facts }) => {
  const { bus, replicas, routing } = deployment;
  if (bus !== 'memory' || facts.changes === null) return [];
  if (routing !== 'round-robin' && routing !== 'session-affinity') return [];
  const { changes, owed, came } = facts.changes.quiet;
  const [low, high] = binomial(changes, 1 / replicas);
  return [
    {
      id: 'change-heard',
      metric: 'notification_loss',
      what: `notifications that come, of ${owed} owed for ${changes} changes before any fault, by ${replicas} replicas that tell nobody else`,
      formula: `1/N = 1/${replicas}`,
      source: 'a change is made at one replica, and a listener is held by one; binomial over changes',
      predicted: 1 / replicas,
      interval: changes === 0 ? [0, 1] : [low / changes, high / changes],
      measured: share(came, owed),
    },
  ];
};

/** Whoever listens hears of every change over a bus that crosses replicas. */
export const sharedBus: Row = ({ deployment, facts }) => {
  if (deployment.bus !== 'shared' || facts.changes === null) return [];
  const { owed, lost } = facts.changes;
  return [
    {
      id: 'shared-bus',
      metric: 'notification_loss',
      what: `notifications lost, of ${owed} owed to clients that listened`,
      formula: '0',
      source: 'each replica hears of what any of them has changed; exact',
      predicted: 0,
      interval: [0, 0],
      measured: share(lost, owed),
    },
  ];
};
