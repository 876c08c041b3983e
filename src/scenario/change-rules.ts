import type { DeploymentFile } from './deployment-schema.ts';
import { type CallStep, callsOf, type JourneyStep, subscribedIn } from './journey-schema.ts';
import type { DeploymentDraft } from './plan.ts';
import type { Problem } from './problems.ts';
import { placeholders } from './template.ts';

/** Rules about changes: who can be told of them, and by what they can be told apart. */

export function checkBus({ server, bus }: DeploymentFile): Problem[] {
  if (bus === undefined || typeof server === 'string') return [];
  const message = 'is for the reference servers; of your own server nothing is set up';
  return [{ path: ['bus'], message }];
}

export function checkSubscriptions(
  journey: readonly JourneyStep[],
  deployments: readonly DeploymentDraft[],
): Problem[] {
  const path = ['workload', 'journey'];
  const later = journey.findIndex((step, i) => i > 0 && 'subscribe' in step);
  if (later > 0) return [{ path: [...path, later, 'subscribe'], message: 'must be the first step' }];
  const topics = subscribedIn(journey);
  if (topics.length === 0) return [];
  const first = [...path, 0, 'subscribe'];
  const unknown = placeholders(topics).find((name) => name !== 'client');
  return [
    ...(unknown === undefined
      ? []
      : [{ path: first, message: `\${${unknown}} is not known yet; known here: client, data.column` }]),
    ...withoutBus(deployments, first),
    ...callsOf(journey).flatMap((call) => undistinguished(call, path)),
  ];
}

function withoutBus(deployments: readonly DeploymentDraft[], path: PropertyKey[]): Problem[] {
  const names = deployments
    .filter(({ server, bus }) => typeof server === 'string' && bus === undefined)
    .map(({ name }) => name);
  if (names.length === 0) return [];
  return [{ path, message: `the server of ${names.join(', ')} has no topics; it needs the key \`bus\`` }];
}

function undistinguished({ call, arguments: args }: CallStep, path: PropertyKey[]): Problem[] {
  if (call !== 'publish' || placeholders(args.value).includes('opId')) return [];
  const message =
    'the `value` of publish must contain ${opId}: changes that do not differ could not be told apart';
  return [{ path, message }];
}
