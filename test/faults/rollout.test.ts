import { describe, expect, it } from 'vitest';
import { contained } from './contained.ts';

const step = { at: '1s', fault: 'rollout', grace: '1s', pause: '0ms' } as const;

/** A graceful restart, as the balancer and the engine see it. */
const restart = (replica: string, boot: number, image: string) => [
  `remove ${replica}`,
  `SIGTERM ${replica}:${boot}`,
  `start ${replica}:${boot + 1} of ${image}`,
  `add ${replica} at http://${replica}.${boot + 1}/mcp`,
];

describe('a rollout', () => {
  it('restarts every replica with the new version, one after the other', async () => {
    await using made = await contained();
    expect(await made.strike({ ...step, image: 'mine:2' })).toEqual(['r1', 'r2', 'r3']);
    expect(made.done).toEqual(['r1', 'r2', 'r3'].flatMap((replica) => restart(replica, 1, 'mine:2')));
  });

  it('takes the next version of the reference servers, where it names none', async () => {
    await using made = await contained();
    await made.strike(step);
    expect(made.done).toContain('start r3:2 of next');
  });

  it('goes on from where it is: what boots later is of that version too', async () => {
    await using made = await contained();
    await made.strike({ ...step, image: 'mine:2' });
    await made.strike({ at: '2s', fault: 'crash', replica: 1, replace: true });
    await made.strike({ at: '3s', fault: 'scale-out', add: 1 });
    expect(made.done.slice(-4)).toEqual([
      'start r1:3 of mine:2',
      'add r1 at http://r1.3/mcp',
      'start r4:1 of mine:2',
      'add r4 at http://r4.1/mcp',
    ]);
  });

  it('waits between two replicas', async () => {
    await using made = await contained();
    await made.strike({ ...step, pause: '2s' });
    expect(made.clock.nowUs()).toBe(4_000_000);
  });

  it('goes no further when the run ends meanwhile', async () => {
    const cut = new AbortController();
    await using made = await contained({
      onDone: (what) => what.startsWith('add r1 at http://r1.2') && cut.abort(),
    });
    await expect(made.strike({ ...step, pause: '1h' }, cut.signal)).rejects.toMatchObject({
      code: 'interrupted',
    });
    expect(made.done).toEqual(restart('r1', 1, 'next'));
  });

  it('stops at a version that does not come up', async () => {
    await using made = await contained({ failing: 'r2:2' });
    await expect(made.strike(step)).rejects.toThrow('r2:2 did not start');
    expect(made.done).toEqual([...restart('r1', 1, 'next'), 'remove r2', 'SIGTERM r2:1']);
    expect(made.topology.replicas().map(({ replica }) => replica)).toEqual(['r1', 'r3']);
  });
});
