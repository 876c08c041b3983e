import { expect, it } from 'vitest';
import { originOf } from '../../src/core/clock.ts';

it('a clock counts from where the system does, though its process lost the processor between two readings', () => {
  let nowUs = 1_000_000;
  let reading = 0;
  const systemUs = () => nowUs;
  const ownUs = () => {
    reading += 1;
    // For 6 ms, the first and the third time.
    if (reading === 1 || reading === 3) nowUs += 6000;
    return nowUs - 250_000;
  };
  expect(originOf(systemUs, ownUs)).toBe(250_000);
});
