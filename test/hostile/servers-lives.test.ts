import { describe, expect, it } from 'vitest';
import { eventsOf } from '../support/fakes.ts';
import { hostileRun } from './hostile-run.ts';

/** One for each replica, in order. */
const lives = [
  'crashes-at-the-tenth',
  'eats-memory',
  'forks',
  'ignores-sigterm',
  'writes-much',
  'closes-stdin',
  'says-it-twice',
  'names-sessions-at-length',
];

describe('replicas that lead odd lives', () => {
  it('are recorded and judged, the run goes on, and nothing of them is left', async () => {
    const args = ['--replicas', String(lives.length), '--rate', '120/s'];
    using run = await hostileRun('lives-main.ts', 'stateful-sticky', args, { HOSTILE_LIVES: lives.join() });
    // The servers keep no ledger, so that the run as a whole is unknown.
    expect({ code: run.code, stdout: run.stdout, stderr: run.stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: '',
    });
    expect(run.leftOver()).toEqual([]);
    const [result] = run.results().runs;
    expect(result?.checks.find(({ id }) => id === 'replicas-stayed')).toMatchObject({
      verdict: 'fail',
      reason: expect.stringContaining('r1 (boot 1): exit code 3'),
    });
    expect(result?.checks.find(({ id }) => id === 'record-complete')?.reason).toContain('in the ledger');

    const events = run.events('stateful-sticky');
    const routed = eventsOf(events, 'routed');
    const endUs = eventsOf(events, 'workload-ended')[0]?.atUs ?? 0;
    for (const [index, life] of lives.entries()) {
      const replica = `r${index + 1}`;
      const exit = eventsOf(events, 'replica-exited').find((event) => event.replica === replica);
      const crashed = life === 'crashes-at-the-tenth';
      expect(exit, life).toMatchObject({ expected: !crashed });
      if (crashed) expect(exit?.atUs).toBeLessThan(endUs);
      const asked = routed.filter((event) => event.replica === replica && event.status === 200);
      expect(asked.length, life).toBeGreaterThan(0);
    }
    const signalled = eventsOf(events, 'replica-signalled').filter(({ replica }) => replica === 'r4');
    expect(signalled.map(({ signal }) => signal)).toEqual(['SIGTERM', 'SIGKILL']);
    // 60 KB are no name to be written down each time; the client sends it all the same.
    const named = eventsOf(events, 'session-opened').map(({ sessionId }) => sessionId?.length ?? 0);
    expect(Math.max(...named)).toBe(200);
    expect(run.logBytes('stateful-sticky')).toBeLessThan(2e6);
    expect(run.peaksMb().filter(({ mb }) => mb > 500)).toEqual([]);
  });

  it('and all of whom end, leave a run whose every call is refused', async () => {
    using run = await hostileRun('lives-main.ts', 'stateless', ['--replicas', '1'], {
      HOSTILE_LIVES: 'crashes-at-the-tenth',
    });
    expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 2, stderr: '' });
    const operations = eventsOf(run.events('stateless'), 'operation');
    const ok = operations.filter(({ outcome }) => outcome === 'ok');
    expect(ok.length).toBeGreaterThan(0);
    expect(ok.length).toBeLessThan(10);
    const after = operations.filter(({ failure }) => failure?.status === 503);
    expect(after.length).toBeGreaterThan(10);
    expect(run.leftOver()).toEqual([]);
  });
});

describe('a server that never gets ready', () => {
  it.each([
    ['exits-0', /r1 \(boot 1\) ended before it was ready \(exit code 0\)\. It wrote nothing\./],
    [
      'exits-with-much-output',
      /ended before it was ready \(exit code 1\)\. Its last output:\n[\s\S]*the configuration is wrong/,
    ],
  ])('because it %s, ends the run, which says so and where to look', async (life, says) => {
    using run = await hostileRun('lives-main.ts', 'stateless', ['--replicas', '1'], { HOSTILE_LIVES: life });
    expect(run.code).toBe(70);
    expect(run.stderr).toMatch(says);
    expect(run.stderr).toContain('r1-1.log');
    expect(run.stderr.length).toBeLessThan(8_000);
    expect(run.leftOver()).toEqual([]);
  });
});
