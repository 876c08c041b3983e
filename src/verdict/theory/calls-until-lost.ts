import { sumOf } from './chance.ts';
import type { Row } from './types.ts';
import { unmixed } from './unmixed.ts';

/**
 * In memory, in rotation, and clients that give a lost session up: what they get before that. The j-th call is
 * answered if the confirmation of the session and all calls up to it found the session: (1/N)^(j + 1). As in
 * published counts, each session that ends early adds one failed request.
 */
export const callsUntilLost: Row = ({ scenario, deployment, metrics, facts }) => {
  const { state, routing, protocol, replicas } = deployment;
  const { session_loss, availability } = metrics;
  if (protocol === '2026-07-28' || state !== 'memory' || routing !== 'round-robin') return [];
  if (scenario.workload.policy.unknownSession !== 'give-up' || scenario.faults.length > 0) return [];
  if ('notApplicable' in session_loss) return [];
  const parts = [...facts.intendedFollowUps].map(([followUps, times]) => ({
    probabilities: answeredCalls(followUps - 1, replicas),
    times,
  }));
  const { mean, interval } = sumOf(parts);
  const { numerator: lost } = session_loss;
  const sessions = parts.reduce((sum, { times }) => sum + times, 0);
  const of = (calls: number) => (calls + lost === 0 ? 0 : calls / (calls + lost));
  const answered = availability.numerator;
  return [
    {
      id: 'calls-until-lost',
      metric: 'availability',
      what: `calls answered before a session is given up, of these and one failure for each of ${lost} lost sessions, in rotation over ${replicas} replicas`,
      formula: `E/(E + lost), E = ${sessions} sessions x sum over j of (1/${replicas})^(j + 1) = ${mean.toFixed(1)}`,
      source: 'the confirmation and each call find the session with 1/N; exact sum over sessions',
      predicted: of(mean),
      interval: [of(interval[0]), of(interval[1])],
      measured: sessions === 0 ? null : of(answered),
      doubt: unmixed({ facts, deployment }),
    },
  ];
};

/** Probabilities that 0, 1, … of a session's calls are answered. */
export function answeredCalls(calls: number, replicas: number): number[] {
  const atLeast = (j: number) => (j === 0 ? 1 : replicas ** -(j + 1));
  return Array.from({ length: calls + 1 }, (_, j) =>
    j === calls ? atLeast(j) : atLeast(j) - atLeast(j + 1),
  );
}
