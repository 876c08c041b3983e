import { textFor } from './sample-pattern.ts';
import { NoSample, type Schema } from './schema.ts';

/** Texts that fit a schema of a string. */

const formats: Readonly<Record<string, string>> = {
  'date-time': '2026-01-01T00:00:00Z',
  date: '2026-01-01',
  time: '00:00:00Z',
  duration: 'P1D',
  email: 'someone@example.com',
  'idn-email': 'someone@example.com',
  hostname: 'example.com',
  'idn-hostname': 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/',
  'uri-reference': 'https://example.com/',
  iri: 'https://example.com/',
  'iri-reference': 'https://example.com/',
  'uri-template': 'https://example.com/{id}',
  url: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
  'json-pointer': '/a',
  'relative-json-pointer': '0',
  regex: 'a',
  byte: 'AA==',
};

const plain = 'windtunnel';
/** A longer one would be no argument to try a server with. */
export const textCharsMax = 1000;

/** @param nth tells texts apart that must differ. */
export function sampleText(schema: Schema, nth: number): string {
  const { format, pattern, minLength: min = 0, maxLength: max = Number.POSITIVE_INFINITY } = schema;
  if (min > textCharsMax) throw new NoSample(`it asks for a text of at least ${min} characters`);
  if (typeof format === 'string' && Object.hasOwn(formats, format)) return formats[format] ?? plain;
  if (typeof pattern === 'string') return textFor(pattern, { min, max });
  const text = nth === 0 ? plain : `${plain}${nth}`;
  if (text.length > max) return nth === 0 ? text.slice(0, max) : String(nth).slice(-max);
  return text.padEnd(min, '-');
}
