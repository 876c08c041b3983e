/** A JSON Schema as a server has sent it: an object of which no member can be relied on, or a boolean. */
export interface Schema {
  [key: string]: unknown;
  type?: unknown;
  format?: unknown;
  pattern?: unknown;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
  minItems?: number;
  maxItems?: number;
}

/** No value can be made for a schema; the message says why, for a comment. */
export class NoSample extends Error {}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const numeric = [
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minItems',
  'maxItems',
];

/** The schema with what is no number where a number belongs left out; validation will say what that means. */
export function toSchema(value: unknown): Schema {
  if (value === true || value === undefined) return {};
  if (value === false) throw new NoSample('its schema allows no value');
  if (!isObject(value)) throw new NoSample('its schema is no JSON Schema');
  return Object.fromEntries(
    Object.entries(value).filter(([key, member]) => !numeric.includes(key) || Number.isFinite(member)),
  );
}

/** What a reference within the same schema names. */
export function resolveReference(reference: unknown, root: unknown): unknown {
  if (typeof reference !== 'string' || !/^#($|\/)/.test(reference)) {
    throw new NoSample('it refers to a schema that is elsewhere');
  }
  const steps = reference
    .slice(1)
    .split('/')
    .slice(1)
    .map((step) => decode(step).replaceAll('~1', '/').replaceAll('~0', '~'));
  let found: unknown = root;
  for (const step of steps) {
    found =
      typeof found === 'object' && found !== null && Object.hasOwn(found, step)
        ? (found as Record<string, unknown>)[step]
        : undefined;
  }
  if (found === undefined) throw new NoSample('it refers to a schema that is not there');
  return found;
}

function decode(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
