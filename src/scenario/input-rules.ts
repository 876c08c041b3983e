import type { CallStep, JourneyStep } from './journey-schema.ts';
import type { Problem } from './problems.ts';

/** Rules about answers to what a server asks in the middle of a call. */
export function checkAnswers(journey: readonly JourneyStep[]): Problem[] {
  return journey.flatMap((step, i) => {
    const inner = 'repeat' in step ? step.steps : [step];
    return inner.flatMap((plain, j) => {
      if (!('call' in plain) || plain.answers === undefined) return [];
      const path = ['workload', 'journey', i, ...('repeat' in step ? ['steps', j] : []), 'answers'];
      return checkStep(plain).map((message) => ({ path, message }));
    });
  });
}

function checkStep({ task, stream, answers }: CallStep): string[] {
  return [
    ...(stream === undefined
      ? []
      : ['with `stream` there are two ways to carry a call out; leave one of them out']),
    ...(task === undefined || !answers?.tamper
      ? []
      : ['`tamper` has nothing to alter: a task gives its client no state to carry']),
  ];
}
