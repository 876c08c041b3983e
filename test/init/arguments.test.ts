import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { argumentsFor } from '../../src/init/index.ts';

const object = (properties: object, required = Object.keys(properties)) => ({
  type: 'object',
  properties,
  required,
});

describe('arguments satisfy their schema', () => {
  it.each<[string, object]>([
    ['nothing asked', { type: 'object' }],
    ['bounds', object({ a: { type: 'integer', minimum: 5, maximum: 9, multipleOf: 4 } })],
    ['open bounds', object({ a: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 } })],
    ['negative numbers', object({ a: { type: 'integer', maximum: -10 } })],
    ['lengths', object({ a: { type: 'string', minLength: 20 }, b: { type: 'string', maxLength: 2 } })],
    ['a pattern', object({ a: { type: 'string', pattern: '^[A-Z]{3}-\\d{2,4}(\\.x|y)?$' } })],
    [
      'items that differ',
      object({ a: { type: 'array', items: { type: 'integer' }, minItems: 3, uniqueItems: true } }),
    ],
    [
      'a tuple',
      object({ a: { type: 'array', prefixItems: [{ type: 'boolean' }, { const: 'x' }], items: false } }),
    ],
    [
      'alternatives',
      { type: 'object', oneOf: [object({ a: { type: 'null' } }), object({ b: { type: 'string' } })] },
    ],
    ['parts', { allOf: [object({ a: { type: 'number' } }), object({ b: { type: 'boolean' } })] }],
    [
      'a property that is needed though not required',
      { ...object({ q: { type: 'string' } }, []), minProperties: 1 },
    ],
    [
      'a reference to itself that may end',
      {
        ...object({ n: { $ref: '#/$defs/n' } }),
        $defs: { n: object({ v: { type: 'string' }, next: { $ref: '#/$defs/n' } }, ['v']) },
      },
    ],
  ])('%s', (_, schema) => {
    const made = argumentsFor(schema);
    if (!('arguments' in made)) throw new Error(made.why);
    expect(new Ajv2020({ strict: false }).validate(schema, made.arguments)).toBe(true);
  });

  it('are what the schema itself shows, where it shows something', () => {
    const schema = object(
      {
        a: { type: 'string', examples: ['shown', 'other'] },
        b: { type: 'integer', default: 7 },
        c: { enum: ['first', 'second'] },
        d: { const: null },
        e: { type: 'string', format: 'email' },
        f: { type: 'string', default: 'not needed' },
      },
      ['a', 'b', 'c', 'd', 'e'],
    );
    expect(argumentsFor(schema)).toEqual({
      arguments: { a: 'shown', b: 7, c: 'first', d: null, e: 'someone@example.com' },
    });
  });

  it('do without what the schema shows where that does not satisfy it', () => {
    expect(argumentsFor(object({ a: { type: 'integer', default: 'none' } }))).toEqual({
      arguments: { a: 1 },
    });
  });

  it('are of the dialect that the schema names', () => {
    const $schema = 'http://json-schema.org/draft-07/schema#';
    // A list of schemas under `items` is a tuple in draft-07 and a mistake in 2020-12.
    const tuple = object({ a: { type: 'array', items: [{ type: 'null' }], minItems: 1 } });
    expect(argumentsFor({ $schema, ...tuple })).toEqual({ arguments: { a: [null] } });
  });
});

describe('there are none, and it is said why', () => {
  const deep = (levels: number): object => {
    let schema: object = { type: 'string' };
    for (let i = 0; i < levels; i++) schema = { allOf: [schema] };
    return schema;
  };
  it.each<[string, unknown, string]>([
    ['false', false, 'its schema allows no value'],
    ['false within', object({ a: false }), 'its schema allows no value'],
    ['nothing', undefined, 'cannot be used'],
    ['null', null, 'cannot be used'],
    ['a text', 'object', 'cannot be used'],
    ['what is no object', { type: 'string' }, 'no arguments that satisfy'],
    [
      'what contradicts itself',
      { type: 'object', required: ['a'], maxProperties: 0 },
      'no arguments that satisfy',
    ],
    [
      'a reference without end',
      { $ref: '#/$defs/n', $defs: { n: object({ n: { $ref: '#/$defs/n' } }) } },
      'without end',
    ],
    [
      'a reference in a ring',
      { $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/a' } } },
      'nested too deeply',
    ],
    ['what no argument may be called', { ...object({}), required: ['__proto__'] }, '__proto__'],
    ['a reference to elsewhere', { $ref: 'http://127.0.0.1:1/schema' }, "can't resolve reference"],
    ['20,000 levels', deep(20_000), 'nested too deeply'],
    ['a megabyte', object({ a: { description: 'x'.repeat(1 << 20), type: 'string' } }), 'characters'],
    [
      'a text of a megabyte',
      object({ a: { type: 'string', minLength: 1 << 20 } }),
      'at least 1048576 characters',
    ],
    ['a list of a million', object({ a: { type: 'array', minItems: 1_000_000 } }), 'at least 1000000 items'],
    ['a secret of the user', object({ a: { default: '${env:HOME}' } }), 'which a scenario fills in'],
    ['a secret by its key', object({ '${env:HOME}': { type: 'string' } }), 'which a scenario fills in'],
  ])('%s', (_, schema, why) => {
    expect(argumentsFor(schema)).toEqual({ why: expect.stringContaining(why) });
  });

  it('a pattern that takes for ever is given up', () => {
    const schema = object({ a: { type: 'string', pattern: '^(([a-z])+.)+[A-Z]([a-z])+$', minLength: 60 } });
    const slow = { ...schema, patternProperties: { '^(a+)+$': true }, required: ['a', `${'a'.repeat(40)}!`] };
    expect(argumentsFor(slow)).toEqual({ why: expect.stringContaining('takes too long') });
  });
});
