/** Header values of 2026-07-28 that mirror a name out of the body (Streamable HTTP, "Value Encoding"). */

const plain = /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/;
const sentinel = /^=\?base64\?.*\?=$/;

/** The value as it is where a header can carry it; otherwise Base64 in the sentinel format. */
export function encodeHeaderValue(value: string): string {
  if (plain.test(value) && !sentinel.test(value)) return value;
  return `=?base64?${Buffer.from(value, 'utf8').toString('base64')}?=`;
}
