import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { jsonOf, messageOf } from '../core/index.ts';
import { type SampleStyle, sampleOf } from './sample.ts';
import { isObject, NoSample } from './schema.ts';
import { timeLimited } from './time-limited.ts';

/** Arguments for a tool, made from its input schema and held against it. */

export type Arguments = { arguments: Record<string, unknown> } | { why: string };

const schemaCharsMax = 256 * 1024;
/** More would be no first scenario. */
const argumentsCharsMax = 4096;
const timeLimitMs = 1000;

/** From the plainest to the fullest: what a schema shows first, and only what it requires. */
const styles: readonly SampleStyle[] = [
  { hints: true, optional: false },
  { hints: true, optional: true },
  { hints: false, optional: false },
  { hints: false, optional: true },
];

/** Arguments that satisfy the schema, or why there are none. Never throws, whatever the schema is. */
export function argumentsFor(schema: unknown): Arguments {
  const text = jsonOf(schema);
  if (text === undefined) return { why: 'its input schema is nested too deeply' };
  if (text.length > schemaCharsMax)
    return { why: `its input schema has more than ${schemaCharsMax} characters` };
  try {
    return (
      timeLimited(timeLimitMs, () => attempt(schema))?.result ?? {
        why: 'its input schema takes too long to check',
      }
    );
  } catch (error) {
    if (error instanceof RangeError) return { why: 'its input schema is nested too deeply' };
    return { why: `its input schema cannot be used: ${messageOf(error)}` };
  }
}

function attempt(schema: unknown): Arguments {
  const validate = validatorOf(schema);
  let why = 'no arguments that satisfy its input schema could be made';
  for (const style of styles) {
    try {
      const made = sampleOf(schema, style);
      if (validate(made) === true && isObject(made)) return usable(made);
      const [problem] = validate.errors ?? [];
      why = `no arguments that satisfy its input schema could be made${problem ? `: ${problem.instancePath || 'they'} ${problem.message}` : ''}`;
    } catch (error) {
      if (!(error instanceof NoSample)) throw error;
      why = error.message;
    }
  }
  return { why };
}

/** As its own `$schema` says; without one 2020-12, which is what MCP says (2025-11-25, server/tools). */
function validatorOf(schema: unknown): ValidateFunction {
  const dialect = isObject(schema) ? String(schema.$schema ?? '') : '';
  const options = { strict: false, logger: false, validateSchema: false } as const;
  const ajv = /draft-0[4-7]/.test(dialect) ? new Ajv(options) : new Ajv2020(options);
  addFormats.default(ajv);
  // What names itself is known by no other name here, and none is fetched.
  const { $schema, $id, ...rest } = isObject(schema) ? schema : {};
  return ajv.compile(isObject(schema) ? rest : (schema as boolean));
}

/** In a scenario `${…}` is filled in: with a saved value, or with a secret of the user's. No server may ask for that. */
function usable(made: Record<string, unknown>): Arguments {
  const text = jsonOf(made) ?? '';
  if (text.includes('${')) return { why: 'its arguments would hold ${…}, which a scenario fills in' };
  if (/"__proto__":/.test(text)) return { why: 'a scenario has no argument that is called __proto__' };
  if (text.length > argumentsCharsMax)
    return { why: `its arguments would have more than ${argumentsCharsMax} characters` };
  return { arguments: made };
}
