import { describe, expect, it } from 'vitest';
import { contained } from './contained.ts';

const step = { at: '1s', fault: 'out-of-memory', replica: 2 } as const;

describe('out of memory', () => {
  it('ends one replica without a word to the balancer, and another takes its place', async () => {
    await using made = await contained();
    expect(await made.strike({ ...step, replace: true })).toEqual(['r2']);
    expect(made.done).toEqual(['exhaust r2:1', 'start r2:2 of first', 'add r2 at http://r2.2/mcp']);
    expect(made.topology.replicas().map(({ replica, boot }) => `${replica}:${boot}`)).toEqual([
      'r1:1',
      'r2:2',
      'r3:1',
    ]);
  });

  it('leaves its place empty without a replacement; its end is no surprise', async () => {
    await using made = await contained();
    await made.strike({ ...step, replace: false });
    expect(made.done).toEqual(['exhaust r2:1', 'remove r2']);
    expect(made.topology.replicas().map(({ replica }) => replica)).toEqual(['r1', 'r3']);
    expect(made.topology.lost).toBe(0);
  });

  it('draws a replica that lives', async () => {
    await using made = await contained();
    const [first = ''] = await made.strike({ ...step, replica: 'random', replace: false });
    const [second] = await made.strike({ ...step, replica: 'random', replace: false });
    expect(second).not.toBe(first);
    await expect(made.strike({ ...step, replica: Number(first.slice(1)), replace: false })).rejects.toThrow(
      `no replica ${first} is alive`,
    );
  });

  it('is nothing that happens to a process', async () => {
    await using made = await contained({ areProcesses: true });
    await expect(made.strike({ ...step, replace: true })).rejects.toMatchObject({
      code: 'usage',
      message: 'r2 is no container',
      hint: 'Use --backend container.',
    });
    // It goes on as it was.
    expect(made.topology.replicas()).toHaveLength(3);
    expect(made.done).toEqual([]);
  });

  it('says when the replacement does not start', async () => {
    await using made = await contained({ failing: 'r2:2' });
    await expect(made.strike({ ...step, replace: true })).rejects.toThrow('r2:2 did not start');
  });
});
