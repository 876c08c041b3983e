import { sampleNumber } from './sample-number.ts';
import { sampleText } from './sample-text.ts';
import { isObject, NoSample, resolveReference, type Schema, toSchema } from './schema.ts';

/** A value that should satisfy a JSON Schema. What it does not know is left to validation, which has the last word. */

export interface SampleStyle {
  /** What the schema itself shows is preferred: `examples`, `default`, the first of `enum`. */
  hints: boolean;
  /** Whether properties that may be left out are there too. */
  optional: boolean;
}

interface Context extends SampleStyle {
  root: unknown;
  depth: number;
  /** How many of the same have been made before, for items that must differ. */
  nth: number;
}

/** A schema that is nested more deeply is one that names itself. */
const depthMax = 16;
const itemsMax = 100;

/** @throws NoSample that says why there is none. */
export function sampleOf(schema: unknown, style: SampleStyle): unknown {
  return sample(schema, { ...style, root: schema, depth: 0, nth: 0 });
}

function sample(value: unknown, outer: Context): unknown {
  const context = { ...outer, depth: outer.depth + 1 };
  if (context.depth > depthMax) throw new NoSample('its schema needs itself, without end');
  const schema = toSchema(value);
  if ('const' in schema) return schema.const;
  const shown = context.hints && context.nth === 0 ? shownValue(schema) : undefined;
  if (shown !== undefined) return shown.value;
  if (Array.isArray(schema.enum) && schema.enum.length > 0)
    return schema.enum[context.nth % schema.enum.length];
  if ('$ref' in schema) {
    const { $ref, ...beside } = schema;
    return sample(merged([resolveReference($ref, context.root), beside]), context);
  }
  if (Array.isArray(schema.allOf)) {
    const { allOf, ...beside } = schema;
    return sample(merged([beside, ...allOf.map((part) => dereferenced(part, context))]), context);
  }
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices) && choices.length > 0) {
    const { anyOf, oneOf, ...beside } = schema;
    return firstOf(choices, (choice) => sample(merged([beside, dereferenced(choice, context)]), context));
  }
  return byType(schema, context);
}

function shownValue(schema: Schema): { value: unknown } | undefined {
  if (Array.isArray(schema.examples) && schema.examples.length > 0) return { value: schema.examples[0] };
  return 'default' in schema ? { value: schema.default } : undefined;
}

function dereferenced(value: unknown, { root }: Context): unknown {
  let schema = value;
  for (let hops = 0; isObject(schema) && '$ref' in schema; hops++) {
    if (hops > depthMax) throw new NoSample('its schema refers to itself');
    const { $ref, ...beside } = schema;
    schema = merged([resolveReference($ref, root), beside]);
  }
  return schema;
}

/** Of several schemas that must hold together; members beside `properties` and `required` are taken from the last. */
function merged(parts: readonly unknown[]): Schema {
  const schemas = parts.map(toSchema);
  const all: Schema = Object.assign({}, ...schemas);
  const properties = schemas.map((schema) => schema.properties).filter(isObject);
  if (properties.length > 1) all.properties = Object.assign({}, ...properties);
  const required = schemas.flatMap((schema) => (Array.isArray(schema.required) ? schema.required : []));
  if (required.length > 0) all.required = [...new Set(required)];
  return all;
}

/** The first for which there is a value. */
function firstOf(choices: readonly unknown[], make: (choice: unknown) => unknown): unknown {
  let problem: unknown;
  for (const choice of choices) {
    try {
      return make(choice);
    } catch (error) {
      if (!(error instanceof NoSample)) throw error;
      problem ??= error;
    }
  }
  throw problem;
}

function byType(schema: Schema, context: Context): unknown {
  switch (typeOf(schema)) {
    case 'object':
      return sampleObject(schema, context);
    case 'array':
      return sampleArray(schema, context);
    case 'integer':
      return sampleNumber(schema, context.nth, true);
    case 'number':
      return sampleNumber(schema, context.nth, false);
    case 'boolean':
      return context.nth % 2 === 1;
    case 'null':
      return null;
    default:
      return sampleText(schema, context.nth);
  }
}

/** Where no type is said, the one that its other members are about. */
function typeOf(schema: Schema): unknown {
  const { type } = schema;
  if (Array.isArray(type)) return type.find((one) => one !== 'null') ?? 'null';
  if (type !== undefined) return type;
  if ('properties' in schema || 'required' in schema || 'additionalProperties' in schema) return 'object';
  if ('items' in schema || 'prefixItems' in schema || 'minItems' in schema) return 'array';
  return 'minimum' in schema || 'maximum' in schema || 'multipleOf' in schema ? 'number' : 'string';
}

function sampleObject(schema: Schema, context: Context): unknown {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const required = (Array.isArray(schema.required) ? schema.required : []).filter(
    (name): name is string => typeof name === 'string',
  );
  const entries: [string, unknown][] = [];
  for (const name of new Set([...required, ...(context.optional ? Object.keys(properties) : [])])) {
    const isNeeded = required.includes(name);
    const inner = Object.hasOwn(properties, name) ? properties[name] : schema.additionalProperties;
    try {
      entries.push([name, sample(inner, { ...context, nth: 0 })]);
    } catch (error) {
      if (isNeeded || !(error instanceof NoSample)) throw error;
    }
  }
  // Not by assignment: a property may be called `__proto__`.
  return Object.fromEntries(entries);
}

function sampleArray(schema: Schema, context: Context): unknown[] {
  const { minItems: min = 0, maxItems: max = Number.POSITIVE_INFINITY } = schema;
  if (min > itemsMax) throw new NoSample(`it asks for a list of at least ${min} items`);
  const first = Array.isArray(schema.prefixItems) ? schema.prefixItems : [];
  const rest = Array.isArray(schema.items) ? undefined : (schema.items ?? schema.contains);
  const wanted = Math.max(min, first.length, isObject(rest) && context.depth < 6 ? 1 : 0);
  const count = Math.min(wanted, max);
  return Array.from({ length: count }, (_, i) => {
    const item = first[i] ?? (Array.isArray(schema.items) ? schema.items[i] : rest);
    return sample(item, { ...context, nth: i < first.length ? 0 : i - first.length });
  });
}
