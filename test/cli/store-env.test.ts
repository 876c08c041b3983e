import { describe, expect, it } from 'vitest';
import { storeEnv } from '../../src/cli/store-env.ts';

const tasks = {
  store: 'shared',
  lease: '500ms',
  retry: 'server',
  ttl: '60s',
  retention: 'kept',
  pollInterval: '100ms',
} as const;
const redis = { WINDTUNNEL_STORE: 'redis://127.0.0.1:6379', WINDTUNNEL_STORE_PREFIX: 'windtunnel:1:' };

describe('what a replica is told of its stores', () => {
  it('is the shared one for whatever is shared, and memory for the rest', () => {
    expect(storeEnv({ state: 'memory', tasks }, redis)).toEqual({
      WINDTUNNEL_STORE: 'memory',
      WINDTUNNEL_STORE_PREFIX: 'windtunnel:1:',
      WINDTUNNEL_TASK_STORE: 'redis://127.0.0.1:6379',
      WINDTUNNEL_TASK_LEASE_MS: '500',
      WINDTUNNEL_TASK_RETRY: 'server',
      WINDTUNNEL_TASK_TTL_MS: '60000',
      WINDTUNNEL_TASK_RETENTION: 'kept',
      WINDTUNNEL_TASK_POLL_MS: '100',
    });
    expect(storeEnv({ state: 'shared', tasks: { ...tasks, store: 'memory' } }, redis)).toMatchObject({
      WINDTUNNEL_STORE: 'redis://127.0.0.1:6379',
      WINDTUNNEL_TASK_STORE: 'memory',
    });
  });

  it('says nothing of tasks where there are none', () => {
    expect(storeEnv({ state: 'memory' }, { WINDTUNNEL_STORE: 'memory' })).toEqual({
      WINDTUNNEL_STORE: 'memory',
    });
  });
});
