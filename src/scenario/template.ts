/**
 * `${name}` in the arguments of a journey's calls: a saved value; `${env:NAME}`, an environment variable; and
 * `${data.column}`, a value of the client's row.
 */

const placeholder = /\$\{(env:[^}]*|data\.[^}]*|[A-Za-z_][A-Za-z0-9_]*)(\?)?\}/g;
const foreign = /^(env:|data\.)/;

/** Names of saved values that the templates within `value` use. */
export function placeholders(value: unknown): string[] {
  return allNames(value).filter((name) => !foreign.test(name));
}

/** Columns of the data that the templates within `value` use. */
export function dataColumns(value: unknown): string[] {
  return allNames(value).flatMap((name) => (name.startsWith('data.') ? [name.slice('data.'.length)] : []));
}

function allNames(value: unknown): string[] {
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

export type Values = ReadonlyMap<string, unknown>;

/**
 * A value whose placeholders are found once and filled in many times. A text that is one placeholder becomes the
 * value itself, of whatever type; within a longer text the value is inserted. An unset `${name?}` leaves its key
 * out; an unset `${name}` is `missing`. Where there is nothing to fill in, every filling is the same value.
 */
export function compileTemplate(value: unknown): (values: Values) => Filled {
  if (allNames(value).length === 0) {
    const constant: Filled = { value };
    return () => constant;
  }
  if (typeof value === 'string') return compileText(value);
  if (Array.isArray(value)) {
    return compileEntries(
      value.map((inner, i) => [String(i), inner]),
      (filled) => filled.map(([, v]) => v),
    );
  }
  return compileEntries(Object.entries(value as object), Object.fromEntries);
}

/** Fills a template that is used once. */
export function fillTemplate(value: unknown, values: Values): Filled {
  return compileTemplate(value)(values);
}

function compileEntries(
  entries: [string, unknown][],
  build: (filled: [string, unknown][]) => unknown,
): (values: Values) => Filled {
  const compiled = entries.map(([key, inner]) => ({ key, fill: compileTemplate(inner) }));
  return (values) => {
    const filled: [string, unknown][] = [];
    for (const { key, fill } of compiled) {
      const result = fill(values);
      if ('missing' in result) return result;
      if ('value' in result) filled.push([key, result.value]);
    }
    return { value: build(filled) };
  };
}

function compileText(text: string): (values: Values) => Filled {
  const matches = [...text.matchAll(placeholder)].map((match) => ({
    name: match[1] ?? '',
    isOptional: match[2] !== undefined,
    isAll: match[0] === text,
  }));
  return (values) => {
    const unset = matches.find(({ name }) => !values.has(name));
    if (unset) return unset.isOptional ? { omit: true } : { missing: unset.name };
    const [first] = matches;
    if (first?.isAll) return { value: values.get(first.name) };
    return { value: text.replace(placeholder, (_, name: string) => asText(values.get(name))) };
  };
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
