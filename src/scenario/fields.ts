import { z } from 'zod';
import { parseDurationMs, parseRatePerSecond } from '../core/index.ts';

/** Scalars that scenario and deployment files share, with the messages their users see. */

/** The longest time a file may ask for: a week. */
const maxDurationMs = 7 * 24 * 3_600_000;

const maxRatePerSecond = 1_000_000;

/** `250ms`, `10s`, `2m`, `1h`, at most a week. Kept as text in the file's type; see `durationMs`. */
export const durationField = z
  .string()
  .regex(/^\d+(\.\d+)?\s*(ms|s|m|h)$/, 'a duration such as 250ms, 10s, 2m or 1h')
  .refine((text) => (parseDurationMs(text) ?? 0) <= maxDurationMs, 'a duration of at most a week (168h)')
  .describe('A duration: 250ms, 10s, 2m, 1h');

/** A point in time within the run: a duration from its begin, or a share of its length. */
export const momentField = z
  .string()
  .regex(
    /^(\d+(\.\d+)?\s*(ms|s|m|h)|\d+(\.\d+)?\s*%)$/,
    'a duration such as 3s, or a share of the run such as 40%',
  )
  .describe('A duration from the begin (3s), or a share of the run (40%)');

/** `200/s`, `30/m`. */
export const rateField = z
  .string()
  .regex(/^\d+(\.\d+)?\s*\/\s*(s|m|h)$/, 'a rate such as 200/s or 30/m')
  .refine((text) => {
    const perSecond = parseRatePerSecond(text) ?? 0;
    return perSecond > 0 && perSecond <= maxRatePerSecond;
  }, 'a rate above 0 and at most 1000000/s')
  .describe('A rate: 200/s, 30/m');

/** Less than this no engine lets a container have. */
const minMemoryBytes = 8e6;
const maxMemoryBytes = 1e13;

/** `256MB`, `1.5GB`, `512MiB`. */
export const memoryField = z
  .string()
  .regex(/^\d+(\.\d+)?\s*[MG]i?B$/, 'an amount of memory such as 256MB, 1.5GB or 512MiB')
  .refine((text) => {
    const bytes = memoryBytes(text);
    // What is no amount at all has been said already.
    return !(bytes < minMemoryBytes || bytes > maxMemoryBytes);
  }, 'an amount of memory from 8MB to 10000GB')
  .describe('An amount of memory: 256MB, 1.5GB, 512MiB');

export const nameField = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and hyphens, at most 63')
  .describe('A name of lower-case letters, digits and hyphens');

/** Milliseconds of a moment in a run of `runMs`. */
export function momentMs(text: string, runMs: number): number {
  const share = /^(\d+(?:\.\d+)?)\s*%$/.exec(text.trim());
  return share ? (Number(share[1]) / 100) * runMs : durationMs(text);
}

/** Events per second of a text that `rateField` has accepted. */
export function ratePerSecond(text: string): number {
  return parseRatePerSecond(text) ?? Number.NaN;
}

const bytesPer: Readonly<Record<string, number>> = { MB: 1e6, GB: 1e9, MiB: 2 ** 20, GiB: 2 ** 30 };

/** Bytes of a text that `memoryField` has accepted. */
export function memoryBytes(text: string): number {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)\s*(\wi?B)$/.exec(text) ?? [];
  return Math.round(Number(amount) * (bytesPer[unit] ?? Number.NaN));
}

/** Milliseconds of a text that `durationField` has accepted. */
export function durationMs(text: string): number {
  return parseDurationMs(text) ?? Number.NaN;
}
