import { onlyFault, type Row, share } from './types.ts';

/**
 * In memory, with learned affinity: one replica is cut off its network. What is held elsewhere stays where it is and
 * is asked there, so none of it is lost. How many sessions of the replica itself are lost is not fixed: a request
 * over a connection that stands waits, one that needs a new one is sent elsewhere, and is lost there.
 */
export const cutOff: Row = (one) => {
  const held = one.facts.sessionsHeld;
  if (one.deployment.routing !== 'session-affinity' || !held) return [];
  if (onlyFault(one)?.fault !== 'disconnect') return [];
  return [
    {
      id: 'disconnect-elsewhere',
      metric: 'session_loss',
      what: `sessions lost of replicas that were not cut off, of ${held.opened} in all, with a learned table`,
      formula: '0',
      source: 'no process goes, and the table leads where a session is; exact',
      predicted: 0,
      interval: [0, 0],
      measured: share(held.lostElsewhere, held.opened),
    },
  ];
};
