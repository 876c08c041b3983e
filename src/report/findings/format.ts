import { formatDurationMs } from '../../core/index.ts';

/** Numbers and foreign text, as people read them. */

const counts = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

export function count(n: number): string {
  return counts.format(n);
}

/** `1 session`, `60 sessions`. */
export function plural(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? '' : 's'}`;
}

/** A share as `38.4 %`. Only all is `100 %` and only nothing is `0 %`: 0.9999 is never rounded up to all. */
export function percent(share: number): string {
  if (share <= 0) return '0 %';
  if (share >= 1) return '100 %';
  const value = share * 100;
  for (const decimals of [1, 2, 3, 4]) {
    const text = value.toFixed(decimals);
    if (Number(text) > 0 && Number(text) < 100) return `${text} %`;
  }
  return value < 50 ? '< 0.0001 %' : '> 99.9999 %';
}

export function duration(ms: number): string {
  return formatDurationMs(ms);
}

/** `12 ms`, or `10–14 ms` over several values; the unit is said once where it is the same. */
export function range(values: number[], format: (value: number) => string): string {
  const low = format(Math.min(...values));
  const high = format(Math.max(...values));
  if (low === high) return low;
  const unit = / \S+$/.exec(high)?.[0] ?? '';
  if (unit === '') return `${low}–${high}`;
  return low.endsWith(unit) ? `${low.slice(0, -unit.length)}–${high}` : `${low} – ${high}`;
}

export function intervalText([low, high]: [number, number]): string {
  const text = range([low, high], percent);
  return text.includes('–') ? text : `${text} – ${text}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listOf(names: string[]): string {
  if (names.length < 2) return names[0] ?? '';
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** Up to three by name, more by number: a headline stays a headline. */
export function namesOf(list: string[]): string {
  return list.length <= 3 ? listOf(list) : `${list.slice(0, 2).join(', ')} and ${list.length - 2} others`;
}

/**
 * Foreign text as one line without control and formatting characters: neither an escape sequence nor a
 * bidirectional override reaches a terminal or a page.
 */
export function plain(text: string): string {
  return String(text)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Keeps a number with its unit, and `60 of 60`, on one line. */
export function tight(text: string): string {
  return text
    .replace(/(\d) (?=(?:%|ms|s|m|×|GiB|MiB|of \d|→)(?![a-z]))/g, '$1\u00a0')
    .replace(/(\d\u00a0of) (?=\d)/g, '$1\u00a0');
}

/** With a capital at its begin, since it follows another sentence. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function truncate(text: string, charactersMax: number): string {
  const characters = [...text];
  if (characters.length <= charactersMax) return text;
  return `${characters.slice(0, Math.max(0, charactersMax - 1)).join('')}…`;
}

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** `14 May 2026, 10:12 UTC`; what is no such time stays as it is. */
export function instant(iso: string): string {
  const [, year, month, day, time] = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d)[\d:.]*Z$/.exec(iso) ?? [];
  const name = months[Number(month) - 1];
  return name ? `${Number(day)} ${name} ${year}, ${time} UTC` : plain(iso);
}

export function bytes(n: number): string {
  const gibibytes = n / 2 ** 30;
  return gibibytes >= 1 ? `${Number(gibibytes.toPrecision(3))} GiB` : `${Math.round(n / 2 ** 20)} MiB`;
}
