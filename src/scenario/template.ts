/** `${name}` in the arguments of a journey's calls. */

const placeholder = /\$\{([A-Za-z_][A-Za-z0-9_]*)(\?)?\}/g;

/** Names that the templates within `value` use. */
export function placeholders(value: unknown): string[] {
  const names = new Set<string>();
  visitStrings(value, (text) => {
    for (const match of text.matchAll(placeholder)) names.add(match[1] ?? '');
  });
  return [...names];
}

function visitStrings(value: unknown, visit: (text: string) => void): void {
  if (typeof value === 'string') visit(value);
  else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) visitStrings(inner, visit);
  }
}

export type Filled = { value: unknown } | { missing: string } | { omit: true };

/**
 * Fills placeholders in. A text that is one placeholder becomes the value itself, of whatever type; within a
 * longer text the value is inserted. An unset `${name?}` leaves its key out; an unset `${name}` is `missing`.
 */
export function fillTemplate(value: unknown, values: ReadonlyMap<string, unknown>): Filled {
  if (typeof value === 'string') return fillText(value, values);
  if (Array.isArray(value))
    return fillEntries(
      value.map((inner, i) => [String(i), inner]),
      values,
      (filled) => filled.map(([, v]) => v),
    );
  if (typeof value === 'object' && value !== null)
    return fillEntries(Object.entries(value), values, Object.fromEntries);
  return { value };
}

function fillEntries(
  entries: [string, unknown][],
  values: ReadonlyMap<string, unknown>,
  build: (filled: [string, unknown][]) => unknown,
): Filled {
  const filled: [string, unknown][] = [];
  for (const [key, inner] of entries) {
    const result = fillTemplate(inner, values);
    if ('missing' in result) return result;
    if ('value' in result) filled.push([key, result.value]);
  }
  return { value: build(filled) };
}

function fillText(text: string, values: ReadonlyMap<string, unknown>): Filled {
  const matches = [...text.matchAll(placeholder)];
  const unset = matches.find((match) => !values.has(match[1] ?? ''));
  if (unset) return unset[2] ? { omit: true } : { missing: unset[1] ?? '' };
  if (matches.length === 1 && matches[0]?.[0] === text) return { value: values.get(matches[0][1] ?? '') };
  return { value: text.replace(placeholder, (_, name: string) => asText(values.get(name))) };
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
