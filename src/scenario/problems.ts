import { z } from 'zod';

/** Something in a file that is not allowed: where, and what is allowed there instead. */
export interface Problem {
  path: readonly PropertyKey[];
  message: string;
}

type Issue = z.core.$ZodIssue;

/** Turns a schema library's issues into sentences that name what is allowed. */
export function describeIssues(issues: readonly Issue[], schema: z.ZodType, value: unknown): Problem[] {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  return issues.flatMap((issue) => describe(issue, [], { json, value }));
}

/** What a file should be, and what it is. */
interface File {
  json: JsonSchema;
  value: unknown;
}

function describe(issue: Issue, prefix: readonly PropertyKey[], file: File): Problem[] {
  const path = [...prefix, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys': {
      const allowed = allowedKeys(file, path);
      return issue.keys.map((key) => ({
        path: [...path, key],
        message: `unknown key; allowed here: ${allowed.join(', ')}`,
      }));
    }
    case 'invalid_union': {
      const best =
        issue.errors.every(isOther) && hasOwnMessage(issue) ? undefined : closestOption(issue.errors);
      if (best) return best.flatMap((inner) => describe(inner, path, file));
      if (issue.discriminator) {
        const allowed = allowedValues(file, path.slice(0, -1), issue.discriminator);
        return [{ path, message: `allowed: ${allowed.join(', ')}` }];
      }
      return [{ path, message: issue.message }];
    }
    case 'invalid_value':
      return [{ path, message: `allowed: ${issue.values.map(String).join(', ')}` }];
    case 'invalid_type':
      if (hasOwnMessage(issue)) return [{ path, message: issue.message }];
      return [
        {
          path,
          message: missing(issue)
            ? `is missing; needs ${article(issue.expected)}`
            : `must be ${article(issue.expected)}`,
        },
      ];
    case 'invalid_key':
      return issue.issues.map((inner) => ({ path, message: `the key must be ${inner.message}` }));
    case 'invalid_format':
      return [{ path, message: `must be ${issue.message}` }];
    case 'too_small':
      return [{ path, message: isOfNumber(issue) ? `must be at least ${issue.minimum}` : issue.message }];
    case 'too_big':
      return [{ path, message: isOfNumber(issue) ? `must be at most ${issue.maximum}` : issue.message }];
    default:
      return [{ path, message: issue.message }];
  }
}

/** Whether it is a number that is beyond an inclusive bound, of which the schema says nothing itself. */
function isOfNumber({
  origin,
  inclusive,
  message,
}: {
  origin: string;
  inclusive?: boolean;
  message: string;
}): boolean {
  return ['number', 'int'].includes(origin) && inclusive === true && /^Too (small|big)/.test(message);
}

function missing(issue: Issue): boolean {
  return issue.message.includes('received undefined');
}

function article(type: string): string {
  if (type === 'boolean') return 'true or false';
  const name =
    type === 'record' ? 'mapping' : type === 'array' ? 'list' : type === 'int' ? 'whole number' : type;
  return `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`;
}

/**
 * Of the alternatives of a union, the one the user most likely meant: the only one whose own keys are all
 * known, or else nothing, so that the union's own message is shown. A mapping is not meant to be a word, nor a word a
 * mapping.
 */
function closestOption(options: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const ofItsKind = options.filter((issues) => !isOther(issues));
  const meant = (ofItsKind.length > 0 ? ofItsKind : options).filter(
    (issues) => issues.length > 0 && !issues.some((issue) => issue.path.length <= 1 && missing(issue)),
  );
  const byFewest = [...meant].sort((a, b) => a.length - b.length);
  return byFewest[0];
}

/** Whether an alternative is not even of the value's kind. */
function isOther(issues: readonly Issue[]): boolean {
  return issues.some(
    ({ code, path }) => path.length === 0 && (code === 'invalid_type' || code === 'invalid_value'),
  );
}

/** Whether the schema says itself what is allowed. */
function hasOwnMessage(issue: Issue): boolean {
  return !issue.message.startsWith('Invalid input');
}

interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  const?: unknown;
  propertyNames?: { enum?: string[] };
}

function schemasAt({ json, value }: File, path: readonly PropertyKey[]): JsonSchema[] {
  let here = closest(json, value);
  let found = value;
  for (const part of path) {
    found =
      typeof found === 'object' && found !== null ? (found as Record<PropertyKey, unknown>)[part] : undefined;
    here = here.flatMap((schema) => {
      const next =
        typeof part === 'number'
          ? schema.items
          : (schema.properties?.[String(part)] ?? schema.additionalProperties);
      return next && typeof next === 'object' ? closest(next, found) : [];
    });
  }
  return here;
}

/** The alternatives of a schema; only those whose constants fit the value (`fault: crash`), if there are any. */
function closest(schema: JsonSchema, value: unknown): JsonSchema[] {
  const options = schema.anyOf ?? schema.oneOf;
  // Beside properties they say which of these go together, not what else there could be.
  if (!options || schema.properties) return [schema];
  const all = options.flatMap((option) => closest(option, value));
  const fitting = all.filter((option) => fits(option, value));
  return fitting.length > 0 ? fitting : all;
}

function fits({ properties = {} }: JsonSchema, value: unknown): boolean {
  const constants = Object.entries(properties).filter(([, property]) => property.const !== undefined);
  const given = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  return constants.length > 0 && constants.every(([key, property]) => given[key] === property.const);
}

function allowedKeys(file: File, path: readonly PropertyKey[]): string[] {
  const schemas = schemasAt(file, path);
  return [
    ...new Set(
      schemas.flatMap(({ properties, propertyNames }) => [
        ...Object.keys(properties ?? {}),
        ...(propertyNames?.enum ?? []),
      ]),
    ),
  ];
}

function allowedValues(file: File, path: readonly PropertyKey[], key: string): string[] {
  const values = schemasAt(file, path).map((schema) => schema.properties?.[key]?.const);
  return [...new Set(values.filter((value) => value !== undefined).map(String))];
}
