import type { DeploymentFile } from './deployment-schema.ts';
import { durationMs } from './fields.ts';
import type { Problem } from './problems.ts';

/** What each duration of `tasks` may be, as the reference servers read it. */
const taskDurations = {
  lease: ['50ms', '10m'],
  ttl: ['1ms', '24h'],
  pollInterval: ['0ms', '10m'],
} as const;

/** What a schema cannot say of a deployment's `tasks`. */
export function checkTasks({ server, tasks }: DeploymentFile): Problem[] {
  if (tasks === undefined) return [];
  if (typeof server !== 'string' || server === 'stateful-v2') {
    const whose = typeof server === 'string' ? server : 'a server of your own';
    const allowed = 'stateful-v1, stateless-v2';
    return [{ path: ['tasks'], message: `is not for ${whose}; servers with tasks: ${allowed}` }];
  }
  return (['lease', 'ttl', 'pollInterval'] as const).flatMap((key) => {
    const [min, max] = taskDurations[key];
    const ms = durationMs(tasks[key]);
    if (ms >= durationMs(min) && ms <= durationMs(max)) return [];
    return [{ path: ['tasks', key], message: `must be from ${min} to ${max}` }];
  });
}
