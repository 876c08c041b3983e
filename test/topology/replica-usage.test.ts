import { describe, expect, it } from 'vitest';
import { parseUsage, usageFromProc, watchUsage } from '../../src/topology/replica-usage.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { eventsOf, memorySink } from '../support/fakes.ts';

const slot = { pid: 4, replica: 'r1', boot: 2 };

describe('what a replica uses', () => {
  it('is recorded at once, four times a second, when asked, and not once it is stopped', async () => {
    const clock = fakeClock();
    const events = memorySink();
    let reads = 0;
    const read = (pid: number) => ({ cpuUs: pid * 1000 * ++reads, rssBytes: 7 });
    const watch = watchUsage(slot, { clock, events, read });
    await clock.sleepUntil(600_000);
    watch.sample();
    watch.stop();
    watch.sample();
    await clock.sleepUntil(2_000_000);
    const usage = eventsOf(events.events, 'replica-usage');
    expect(usage.map((event) => event.atUs)).toEqual([0, 250_000, 500_000, 600_000]);
    expect(usage[1]).toEqual({
      type: 'replica-usage',
      atUs: 250_000,
      replica: 'r1',
      boot: 2,
      cpuUs: 8000,
      rssBytes: 7,
    });
  });

  it('is not recorded of a process that has ended, or where nobody can say', async () => {
    const clock = fakeClock();
    const events = memorySink();
    const watch = watchUsage(slot, { clock, events, read: () => undefined });
    await clock.sleepUntil(600_000);
    watch.stop();
    expect(events.events).toEqual([]);
  });

  it('is read past a process name that holds anything', () => {
    const stat = '4 (a) R (b) S 1 4 4 0 -1 4194560 900 0 0 0 12 34 0 0 25 5 11 0 777 1 2 3';
    expect(parseUsage(stat, 'Name:\ta\nVmRSS:\t  123 kB\nThreads:\t11\n')).toEqual({
      cpuUs: 460_000,
      rssBytes: 123 * 1024,
    });
    // A process that has ended and was not waited for.
    expect(parseUsage(stat, 'Name:\ta\nState:\tZ (zombie)\n')).toBeUndefined();
    expect(parseUsage('', '')).toBeUndefined();
  });

  it.runIf(process.platform === 'linux')('is that of the process', () => {
    const usage = usageFromProc(process.pid);
    const { user, system } = process.cpuUsage();
    // Ticks of 10 ms each for user and system time, and what this test has used since.
    expect(usage?.cpuUs).toBeLessThanOrEqual(user + system);
    expect(usage?.cpuUs).toBeGreaterThan((user + system) / 2);
    expect(usage?.rssBytes).toBeGreaterThan(10e6);
    expect(usageFromProc(2 ** 30)).toBeUndefined();
  });
});
