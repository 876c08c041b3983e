import type { ClientKind } from '../record/index.ts';
import type { CallStep, JourneyStep } from './journey-schema.ts';
import type { Problem } from './problems.ts';

/** Rules about answers to what a server asks in the middle of a call. */
export function checkAnswers(journey: readonly JourneyStep[], client: ClientKind): Problem[] {
  return journey.flatMap((step, i) => {
    const inner = 'repeat' in step ? step.steps : [step];
    return inner.flatMap((plain, j) => {
      if (!('call' in plain) || plain.answers === undefined) return [];
      const path = ['workload', 'journey', i, ...('repeat' in step ? ['steps', j] : []), 'answers'];
      return checkStep(plain, client).map((message) => ({ path, message }));
    });
  });
}

function checkStep({ task, stream, answers }: CallStep, client: ClientKind): string[] {
  return [
    ...(stream === undefined
      ? []
      : ['with `stream` there are two ways to carry a call out; leave one of them out']),
    ...(task === undefined || !answers?.tamper
      ? []
      : ['`tamper` has nothing to alter: a task gives its client no state to carry']),
    ...(client === 'wire'
      ? []
      : [
          `needs --client wire: the official clients (${client}) answer by themselves, and tell neither when they were asked nor with which exchange they answered`,
        ]),
  ];
}
