import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../src/scenario/index.ts';
import { limitWarnings } from '../../src/verdict/index.ts';
import { spec } from '../support/fakes.ts';

const limited = (name: string, limits?: Deployment['limits']): Deployment => ({
  ...spec().deployment,
  name,
  ...(limits && { limits }),
});

describe('limits of deployments that are compared', () => {
  it('are no doubt where they are the same', () => {
    expect(limitWarnings(limited('a'), limited('b'))).toEqual([]);
    const limits = { cpus: 0.5, memory: '256MB' };
    expect(limitWarnings(limited('a', limits), limited('b', { ...limits }))).toEqual([]);
  });

  it('are one where they differ', () => {
    expect(limitWarnings(limited('a', { cpus: 0.5 }), limited('b'))).toEqual([
      'Its replicas may use 0.5 CPUs and any amount of memory, those of b any CPU and any amount of memory: what differs may come from that. Give both the same `limits`.',
    ]);
    expect(limitWarnings(limited('a', { memory: '1GB' }), limited('b', { memory: '2GB' }))).toHaveLength(1);
  });
});
