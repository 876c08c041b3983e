import type { Boots } from './boots.ts';
import type { SessionLoss } from './metrics.ts';
import type { Route } from './route-join.ts';

export type LossCause = keyof SessionLoss['causes'];

/**
 * Why a session was lost. *crash*: the process that had established it was gone (killed, restarted, or
 * taken out of the balancer to be ended); *misroute*: it lived, and the request went to another; *expiry*: it lived, was asked, and did not
 * know; *unattributed*: the balancer's log does not say where the requests went.
 * @param opened where the request went that established the session.
 * @param answered where the request went that the unknown-session answer is to.
 */
export function lossCause(
  lives: Boots,
  atUs: number,
  opened: Route | undefined,
  answered: Route | undefined,
): LossCause {
  const owner = opened?.replica;
  if (!opened || !owner || !answered) return 'unattributed';
  const boot = lives.at(owner, opened.atUs);
  if (boot === undefined || lives.goneBy(owner, boot, atUs)) return 'crash';
  return answered.replica === owner ? 'expiry' : 'misroute';
}
