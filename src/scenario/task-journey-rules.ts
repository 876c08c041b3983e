import type { Catalog } from './catalog.ts';
import type { CallStep, JourneyStep, PlainStep } from './journey-schema.ts';
import { listDeployments } from './listing.ts';
import type { DeploymentDraft } from './plan.ts';
import type { Problem } from './problems.ts';

/** Rules for journeys with tasks. */

/** Of the deployments that can be asked for by name, those whose server makes tasks. */
export function deploymentsWithTasks(catalog: Catalog): string[] {
  return listDeployments(catalog).flatMap(({ name, tasks }) => (tasks === undefined ? [] : [name]));
}

/**
 * A journey with tasks needs servers that make them: without, its calls would be ordinary ones, and its question would
 * be answered as if they were not. What another's server makes of them is not known beforehand.
 */
export function checkTaskJourney(
  journey: readonly JourneyStep[],
  deployments: readonly DeploymentDraft[],
  withTasks: () => readonly string[],
): Problem[] {
  const steps = journey.flatMap((step, i) => plainSteps(step, ['workload', 'journey', i]));
  return [...checkServers(steps, deployments, withTasks), ...checkCollect(steps)];
}

interface Placed {
  step: PlainStep;
  path: PropertyKey[];
}

function plainSteps(step: JourneyStep, path: PropertyKey[]): Placed[] {
  if ('subscribe' in step) return [];
  if (!('repeat' in step)) return [{ step, path }];
  return step.steps.map((inner, j) => ({ step: inner, path: [...path, 'steps', j] }));
}

function checkServers(
  steps: readonly Placed[],
  deployments: readonly DeploymentDraft[],
  withTasks: () => readonly string[],
): Problem[] {
  const first = steps.find(({ step }) => taskOf(step) !== undefined);
  const without = deployments.filter(
    ({ server, tasks }) => typeof server === 'string' && tasks === undefined,
  );
  if (first === undefined || without.length === 0) return [];
  const names = without.map(({ name }) => name).join(', ');
  const message = `the server of ${names} makes no tasks; deployments with tasks: ${withTasks().join(', ')}`;
  return [{ path: [...first.path, 'task'], message }];
}

function checkCollect(steps: readonly Placed[]): Problem[] {
  const collect = steps.find(({ step }) => 'collect' in step);
  if (collect === undefined || steps.some(({ step }) => taskOf(step)?.wait === false)) return [];
  const message = 'there is nothing to collect: the journey waits for each task; see `task.wait`';
  return [{ path: [...collect.path, 'collect'], message }];
}

function taskOf(step: PlainStep): CallStep['task'] {
  return 'call' in step ? step.task : undefined;
}
