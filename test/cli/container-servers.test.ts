import { describe, expect, it } from 'vitest';
import { refuseUnlimited } from '../../src/cli/container-servers.ts';
import type { PlanDraft } from '../../src/scenario/index.ts';

/** A plan with what is looked at. */
const plan = (limits: object | undefined, fault: string) =>
  ({
    deployments: [{ name: 'free' }, { name: 'mine', limits }],
    scenarios: [
      { name: 'calm', faults: [] },
      { name: 'rough', faults: [{ fault }] },
    ],
  }) as unknown as PlanDraft;

describe('an engine that can bound neither CPU nor memory', () => {
  const engine = { canLimit: false };

  it('is refused for a deployment with limits, which it would leave out', () => {
    expect(() => refuseUnlimited(plan({ cpus: 1 }, 'crash'), engine)).toThrow('mine: `limits` cannot be had');
  });

  it('is refused for a scenario that exhausts memory', () => {
    expect(() => refuseUnlimited(plan(undefined, 'out-of-memory'), engine)).toThrow('rough: out-of-memory');
  });

  it('does for all else, and another does for all', () => {
    refuseUnlimited(plan(undefined, 'crash'), engine);
    refuseUnlimited(plan({ cpus: 1 }, 'out-of-memory'), { canLimit: true });
  });
});
