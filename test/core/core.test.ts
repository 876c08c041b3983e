import { describe, expect, it } from 'vitest';
import {
  formatDurationMs,
  isLoopback,
  parseDurationMs,
  parseRatePerSecond,
  parseRedisUrl,
  redactedRedisUrl,
  redisUrl,
  seededPrng,
  systemClock,
} from '../../src/core/index.ts';

describe('seededPrng', () => {
  it('gives the same numbers for the same seed, on every machine', () => {
    const prng = seededPrng(7);
    const numbers = [prng.below(1000), prng.below(1000), prng.below(1000), prng.below(1000)];
    expect(numbers).toEqual([49, 165, 929, 952]);
  });
  it('is uniform enough: 10,000 draws over 10 cells', () => {
    const prng = seededPrng(1);
    const cells = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) {
      const cell = prng.below(10);
      cells[cell] = (cells[cell] ?? 0) + 1;
    }
    // Chi-square with 9 degrees of freedom is above 27.9 in 1 of 1000 cases; the seed is fixed.
    const chiSquare = cells.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquare).toBeLessThan(27.9);
  });
  it('forks into streams that do not depend on how much was drawn before', () => {
    const one = seededPrng(7);
    const other = seededPrng(7);
    other.next();
    expect(one.fork('a').next()).toBe(other.fork('a').next());
    expect(one.fork('a').next()).not.toBe(one.fork('b').next());
  });
});

describe('units', () => {
  it.each([
    ['250ms', 250],
    ['1.5s', 1500],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['10', undefined],
    ['ten s', undefined],
    ['-1s', undefined],
  ])('reads the duration %s as %s ms', (text, ms) => expect(parseDurationMs(text)).toBe(ms));
  it.each([
    ['200/s', 200],
    ['30/m', 0.5],
    ['200', undefined],
  ])('reads the rate %s as %s per second', (text, rate) => expect(parseRatePerSecond(text)).toBe(rate));
  it.each([
    [0.1234, '0.123 ms'],
    [250, '250 ms'],
    [1500, '1.5 s'],
    [65_000, '1 m 5 s'],
    [119_999, '2 m'],
  ])('writes %d ms as %s', (ms, text) => expect(formatDurationMs(ms)).toBe(text));
});

describe('systemClock', () => {
  it('does not return from a sleep too early', async () => {
    const clock = systemClock();
    const until = clock.nowUs() + 5000;
    await clock.sleepUntil(until);
    expect(clock.nowUs()).toBeGreaterThanOrEqual(until);
  });
  it('wakes at once when its signal aborts', async () => {
    const stop = new AbortController();
    const sleep = systemClock().sleepUntil(1e12, stop.signal);
    stop.abort();
    await expect(sleep).rejects.toMatchObject({ code: 'interrupted' });
  });
  it('shares its time with another clock of the same epoch', () => {
    const one = systemClock();
    const other = systemClock(one.epochUs);
    expect(Math.abs(one.nowUs() - other.nowUs())).toBeLessThan(1_000_000);
  });
});

describe('the URL of a Redis', () => {
  const none = { username: undefined, password: undefined };
  it.each([
    ['redis://127.0.0.1', { host: '127.0.0.1', port: 6379, ...none, db: 0 }],
    ['redis://LOCALHOST:7000/', { host: 'localhost', port: 7000, ...none, db: 0 }],
    ['redis://[::1]:7000/15', { host: '::1', port: 7000, ...none, db: 15 }],
    [
      'redis://:p%40s%2Fs@db.example/2',
      { host: 'db.example', port: 6379, ...none, password: 'p@s/s', db: 2 },
    ],
    ['redis://ada:x@h', { host: 'h', port: 6379, username: 'ada', password: 'x', db: 0 }],
    ['redis://ada@h', { host: 'h', port: 6379, username: 'ada', password: undefined, db: 0 }],
  ])('%s', (text, address) => {
    expect(parseRedisUrl(text)).toEqual(address);
    expect(parseRedisUrl(redisUrl(address))).toEqual(address);
  });

  it.each([
    '',
    'localhost:6379',
    'http://localhost',
    'rediss://localhost',
    'redis://',
    'redis://:x@',
    'redis://h:99999',
    'redis://h/first',
    'redis://h/0/1',
    'redis://h?db=1',
    'redis://h#1',
    'redis://:%zz@h',
  ])('%j is none', (text) => {
    expect(parseRedisUrl(text)).toBeUndefined();
  });

  it('is shown without its password', () => {
    const shown = (text: string) => redactedRedisUrl(parseRedisUrl(text) ?? expect.fail());
    expect(shown('redis://ada:secret@[::1]/3')).toBe('redis://ada:***@[::1]:6379/3');
    expect(shown('redis://:secret@h')).toBe('redis://:***@h:6379/0');
    expect(shown('redis://h')).toBe('redis://h:6379/0');
  });

  it('tells this machine from others by name alone', () => {
    expect(['localhost', '127.0.0.1', '127.8.8.8', '::1'].filter((host) => !isLoopback(host))).toEqual([]);
    const others = ['localhost.example', '127.0.0.1.example', '10.0.0.1', '0.0.0.0', '::2', '1270.0.0.1'];
    expect(others.filter(isLoopback)).toEqual([]);
  });
});
