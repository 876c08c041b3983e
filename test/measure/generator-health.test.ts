import { describe, expect, it } from 'vitest';
import { generatorHealth, generatorUsage } from '../../src/measure/generator-health.ts';
import type { RunEvent } from '../../src/record/index.ts';
import { began, collect } from '../support/log.ts';

const sample = (thread: number, busy: number, delayMs: number): RunEvent => ({
  type: 'generator-usage',
  atUs: 0,
  thread,
  overUs: 1_000_000,
  cpuUs: busy * 1_000_000,
  delayMaxUs: delayMs * 1000,
  busy,
  rssBytes: 1000 * (thread + 1),
});
const lag = { count: 9, p50: 1, p90: 2, p99: 3, p999: 4, max: 5, missed: 2 };

describe('generator_health', () => {
  it('joins what the threads say of themselves with the send lag', () => {
    const usage = collect(generatorUsage(), [
      ...began(1),
      sample(0, 0.2, 4),
      sample(1, 0.4, 6),
      sample(0, 0.6, 80),
    ]);
    expect(generatorHealth(usage, lag)).toEqual({
      threads: 2,
      samples: 3,
      busy: { p50: 0.4, max: 0.6 },
      delayMs: { p50: expect.closeTo(6, 1), max: 80 },
      cpu: expect.closeTo(0.8, 9),
      rssBytesMax: 2000,
      sendLagMs: 3,
      missed: 2,
    });
  });

  it('has no meaning where the generator recorded nothing of itself', () => {
    expect(generatorHealth(collect(generatorUsage(), began(1)), lag)).toHaveProperty('notApplicable');
  });
});
