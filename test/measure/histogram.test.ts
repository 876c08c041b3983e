import { expect, it } from 'vitest';
import { latencyHistogram } from '../../src/measure/histogram.ts';

it('has no percentile above its maximum, and keeps three digits', () => {
  const histogram = latencyHistogram();
  for (let us = 1000; us <= 602_117; us += 97) histogram.record(us);
  const { p50, p99, p999, max } = histogram.distribution();
  expect(p999).toBeLessThanOrEqual(max ?? 0);
  expect(p99).toBeLessThanOrEqual(p999 ?? 0);
  expect(histogram.at(100)).toBe(max);
  expect((p50 ?? 0) / 301.5).toBeCloseTo(1, 2);
});
