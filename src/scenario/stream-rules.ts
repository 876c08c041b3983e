import { type DeploymentFile, servers } from './deployment-schema.ts';
import type { CallStep, JourneyStep } from './journey-schema.ts';
import type { Problem } from './problems.ts';

/** Rules about streams: what makes no sense together. */

/** Streams of 2025-11-25 alone can be resumed, and another replica takes one up only within a session that it can take up. */
export function checkStreamsKey({ server, state, streams }: DeploymentFile): Problem[] {
  if (streams === undefined) return [];
  if (typeof server !== 'string') {
    return [
      { path: ['streams'], message: 'is for the reference servers; of your own server nothing is set up' },
    ];
  }
  if (servers[server] === '2026-07-28') {
    const message = `${server} speaks 2026-07-28, which has no resumption: a broken stream loses the request`;
    return [{ path: ['streams'], message }];
  }
  if (streams.events === 'memory' || state === 'shared') return [];
  const message = 'shared needs `state: shared`: another replica would not know the session of the stream';
  return [{ path: ['streams', 'events'], message }];
}

export function checkStreamSteps(journey: readonly JourneyStep[]): Problem[] {
  return journey.flatMap((step, i) => {
    const inner = 'repeat' in step ? step.steps : [step];
    return inner.flatMap((plain, j) => {
      if (!('call' in plain) || plain.stream === undefined) return [];
      const path = ['workload', 'journey', i, ...('repeat' in step ? ['steps', j] : []), 'stream'];
      return checkStep(plain).map((message) => ({ path, message }));
    });
  });
}

function checkStep({ task }: CallStep): string[] {
  return task === undefined ? [] : ['and `task` are two ways to carry a call out; leave one of them out'];
}
