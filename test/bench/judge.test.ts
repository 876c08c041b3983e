import { describe, expect, it } from 'vitest';
import { benchJudge, benchJudgeTasks } from './judge.ts';

describe('the benchmark of judging', () => {
  it('makes a record that is judged as a whole one, also over several runs', async () => {
    const measured = await benchJudge({ operations: 4000, clients: 40, runs: 2 });
    expect(measured.operations).toBe(4000);
    expect(measured.peakRssBytes).toBeGreaterThan(10 << 20);
    expect(measured.cpuSeconds).toBeGreaterThan(0);
    expect(measured.parseSeconds).toBeGreaterThan(0);
  });

  it('makes histories of tasks that are judged as whole ones', async () => {
    const measured = await benchJudgeTasks({ tasks: 2000, clients: 40 });
    expect(measured.operations).toBe(2000);
    expect(measured.cpuSeconds).toBeGreaterThan(0);
  });
});
