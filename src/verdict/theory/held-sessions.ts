import { onlyFault, type Row, share } from './types.ts';

/** All replicas go, one after the other. */
const sweeping: readonly string[] = ['rolling-restart', 'rollout'];
const deadly: readonly string[] = ['crash', 'out-of-memory', 'restart', 'scale-in', ...sweeping];

/**
 * In memory, with learned affinity: the log tells which sessions a process held when it went, so the number is
 * known exactly. In a rolling restart or a rollout each process goes once: every session that is open throughout is
 * lost exactly once.
 */
export const heldSessions: Row = (one) => {
  const fault = onlyFault(one);
  const held = one.facts.sessionsHeld;
  if (one.deployment.routing !== 'session-affinity' || fault === undefined || !held?.struck) return [];
  if (!deadly.includes(fault.fault)) return [];
  const { held: sure, inDoubt, targets } = held.struck;
  const sweeps = sweeping.includes(fault.fault);
  const when = `was under way${fault.fault === 'out-of-memory' ? ', or came while memory ran out' : ''}`;
  return [
    {
      id: sweeps ? `affinity-${fault.fault}` : 'affinity-held',
      metric: 'session_loss',
      what: sweeps
        ? `sessions lost when all ${targets} replicas are restarted: each that is open when its process goes, and used again, exactly once`
        : `sessions lost: those that the log shows on the ${targets === 1 ? 'replica' : `${targets} replicas`} that went, and that were used again`,
      formula: `${sure}/${held.opened}${inDoubt > 0 ? `, and up to ${inDoubt} whose last request ${when}` : ''}`,
      source: 'what is in memory goes with its process, and with nothing else; exact, from the log',
      predicted: held.opened === 0 ? 0 : sure / held.opened,
      interval: held.opened === 0 ? [0, 1] : [sure / held.opened, (sure + inDoubt) / held.opened],
      measured: share(held.lost, held.opened),
    },
  ];
};
