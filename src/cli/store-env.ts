import { type DeploymentDraft, durationMs } from '../scenario/index.ts';

type Env = Record<string, string>;

/**
 * What a replica is told of where it keeps sessions, state and tasks, and over what it tells of changes.
 * @param shared where the store is that the replicas share, if they share one: `WINDTUNNEL_STORE` and what goes with it.
 */
export function storeEnv(
  { state, tasks, bus }: Pick<DeploymentDraft, 'state' | 'tasks' | 'bus'>,
  shared: Env,
): Env {
  const place = (kind: string) => (kind === 'shared' ? (shared.WINDTUNNEL_STORE ?? 'memory') : 'memory');
  return {
    ...shared,
    WINDTUNNEL_STORE: place(state),
    ...(bus && { WINDTUNNEL_BUS: place(bus) }),
    ...(tasks && {
      WINDTUNNEL_TASK_STORE: place(tasks.store),
      WINDTUNNEL_TASK_LEASE_MS: String(Math.round(durationMs(tasks.lease))),
      WINDTUNNEL_TASK_RETRY: tasks.retry,
      WINDTUNNEL_TASK_TTL_MS: String(Math.round(durationMs(tasks.ttl))),
      WINDTUNNEL_TASK_RETENTION: tasks.retention,
      WINDTUNNEL_TASK_POLL_MS: String(Math.round(durationMs(tasks.pollInterval))),
    }),
  };
}
