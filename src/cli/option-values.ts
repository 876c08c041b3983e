import {
  HarnessError,
  isLoopback,
  parseDurationMs,
  parseRatePerSecond,
  parseRedisUrl,
  type RedisAddress,
} from '../core/index.ts';

/** Values of options, from text; each throws a HarnessError `usage` that says what is allowed. */

/** `a,b,c`, or the option given several times. */
export function names(flag: string, list: string | string[]): string[] {
  const found = [list]
    .flat()
    .flatMap((part) => part.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (found.length > 0) return found;
  throw new HarnessError('usage', `--${flag} needs at least one name`, {
    hint: flag === 'deployment' ? 'For example --deployment stateless.' : 'Names are separated by commas.',
  });
}

export function whole(flag: string, text: string, min: number, max: number): number {
  const value = Number(single(flag, text));
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new HarnessError('usage', `--${flag} ${text}: must be a whole number from ${min} to ${max}`);
}

export function duration(text: string): number {
  const ms = parseDurationMs(String(single('duration', text)));
  if (ms !== undefined && ms >= 100 && ms <= 7 * 24 * 3_600_000) return ms;
  throw new HarnessError(
    'usage',
    `--duration ${text}: must be a duration from 100ms to 168h, such as 10s or 2m`,
  );
}

export function rate(text: string): number {
  const perSecond = parseRatePerSecond(String(single('rate', text)));
  if (perSecond !== undefined && perSecond > 0 && perSecond <= 1_000_000) return perSecond;
  throw new HarnessError('usage', `--rate ${text}: must be a rate above 0, such as 200/s or 30/m`);
}

export function folder(flag: string, path: string): string {
  if (single(flag, path).trim() !== '') return path;
  throw new HarnessError('usage', `--${flag} is empty`, { hint: 'Name a folder, or leave it out.' });
}

/** An option that was given twice arrives as a list. */
export function single<T>(flag: string, value: T): T {
  if (!Array.isArray(value)) return value;
  throw new HarnessError('usage', `--${flag} is given ${value.length} times`, { hint: 'Give it once.' });
}

/** A Redis as the user has named it. */
export interface ChosenRedis {
  /** As it was given, with its password if it has one: not to be shown. */
  given: string;
  address: RedisAddress;
}

/** @param allowedHosts beside this machine. */
export function chosenRedis(text: string, allowedHosts: readonly string[]): ChosenRedis {
  const address = parseRedisUrl(text);
  if (address === undefined) {
    // The text is not repeated: it may hold a password.
    throw new HarnessError('usage', '--redis-url: must be redis://[user:password@]host[:port][/db]', {
      hint: 'For example --redis-url redis://127.0.0.1:6379/0; signs such as @ or / in a password are written %40, %2F.',
    });
  }
  const { host } = address;
  if (isLoopback(host) || allowedHosts.some((name) => name.toLowerCase() === host)) {
    return { given: text, address };
  }
  throw new HarnessError('usage', `--redis-url: ${host} is not this machine`, {
    hint: `Load must reach no server by accident; if it is meant, give --allow-host ${host} as well.`,
  });
}
