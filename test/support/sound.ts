import { expect } from 'vitest';
import type { Results } from '../../src/verdict/index.ts';

/** What a busy machine decides: whether the generator was on time, and how much was in flight when a replica died. */
const byTiming: readonly string[] = ['generator-on-time', 'availability'];

/** Every check passed, but for those that timing decides; the exit code is that of the verdict. */
export function expectSound(code: number | null, { runs, verdict }: Pick<Results, 'runs' | 'verdict'>): void {
  const judged = runs.flatMap((run) => run.checks).filter((check) => !byTiming.includes(check.id));
  expect(judged.length).toBeGreaterThan(0);
  expect(judged.filter((check) => check.verdict !== 'pass')).toEqual([]);
  expect(code).toBe({ pass: 0, fail: 1, unknown: 2 }[verdict]);
}
