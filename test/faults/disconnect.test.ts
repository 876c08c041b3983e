import { describe, expect, it } from 'vitest';
import { contained } from './contained.ts';

const step = { at: '1s', fault: 'disconnect', replica: 1, for: '250ms' } as const;

describe('a disconnect', () => {
  it('cuts one replica off and takes it back; it is the same, and the balancer hears of nothing', async () => {
    await using made = await contained();
    expect(await made.strike(step)).toEqual(['r1']);
    expect(made.done).toEqual(['cut off r1:1', 'take back r1:1']);
    expect(made.clock.nowUs()).toBe(250_000);
    expect(made.topology.replicas().map(({ boot }) => boot)).toEqual([1, 1, 1]);
  });

  it('tells the balancer if it comes back at another address', async () => {
    await using made = await contained({ keepsAddress: false });
    await made.strike(step);
    expect(made.done.at(-1)).toBe('add r1 at http://r1.1/mcp/again');
  });

  it('is over at once when the run ends, and the replica is back then', async () => {
    const cut = new AbortController();
    await using made = await contained({ onDone: (what) => what.startsWith('cut off') && cut.abort() });
    await expect(made.strike({ ...step, for: '1h' }, cut.signal)).rejects.toMatchObject({
      code: 'interrupted',
    });
    expect(made.done).toEqual(['cut off r1:1', 'take back r1:1']);
  });

  it('is nothing that happens to a process', async () => {
    await using made = await contained({ areProcesses: true });
    await expect(made.strike(step)).rejects.toThrow('r1 is no container');
    expect(made.done).toEqual([]);
  });
});
