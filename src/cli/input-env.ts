import { randomBytes } from 'node:crypto';
import { callsOf, type RunSpec } from '../scenario/index.ts';

/**
 * What the replicas of one run sign the states of their calls with, where a journey answers questions: the same for all
 * of them, and for no other run. It is written down nowhere but, in containers, by the engine while they are there.
 */
export function inputEnv({ scenario }: { scenario?: RunSpec['scenario'] }): Record<string, string> {
  const asks = callsOf(scenario?.workload.journey ?? []).some(({ answers }) => answers !== undefined);
  return asks ? { WINDTUNNEL_STATE_KEY: randomBytes(32).toString('base64url') } : {};
}
