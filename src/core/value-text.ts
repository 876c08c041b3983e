/**
 * A value that a server has sent, as text of at most `maxChars`: a text as it is, all else as JSON. Never throws,
 * whatever it holds: what is nested too deeply for JSON is told in words, and its own `toString` is not asked.
 */
export function valueText(value: unknown, maxChars: number): string {
  return typeof value === 'string' ? value.slice(0, maxChars) : jsonText(value, maxChars);
}

/** The same, with a text in quotes. */
export function jsonText(value: unknown, maxChars: number): string {
  return (jsonOf(value) ?? 'something nested too deeply').slice(0, maxChars);
}

/** JSON of a value; undefined if it is nested too deeply. */
export function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value) ?? 'undefined';
  } catch {
    return undefined;
  }
}
