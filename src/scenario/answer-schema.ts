import { z } from 'zod';
import type { Problem } from './problems.ts';
import { placeholders } from './template.ts';

/** What a journey looks for in a tool's answer: where, and what must be there. */

const steps = '(\\.[A-Za-z_][A-Za-z0-9_-]*|\\[\\d+\\])*';

/**
 * `$…` leads into the structured answer, `content…` into the content blocks as they came, `json…` into the JSON that
 * the first text block holds; `text` is all text blocks, one per line.
 */
export const pathField = z
  .string()
  .regex(
    new RegExp(`^(text|(\\$|content|json)${steps})$`),
    'a path: $.basketId into the structured answer, json.items[0] into JSON within the text, content[0].text into the content blocks, or text',
  )
  .describe(
    'A path into the answer: $.basketId (structured), json.items[0] (JSON in the first text block), content[0].text (content blocks), text (all text blocks)',
  );

const testField = z
  .strictObject({
    equals: z.unknown().optional().describe('The value itself; ${name} inserts a saved value'),
    contains: z
      .unknown()
      .optional()
      .describe('A part of the text, or an element of the list; ${name} inserts a saved value'),
    matches: z.string().min(1).max(1000).optional().describe('A regular expression that the text matches'),
    exists: z.boolean().optional().describe('Whether there is a value at all'),
  })
  .describe('What must hold there, all of it');

export type AnswerTest = z.output<typeof testField>;

const testKeys = Object.keys(testField.shape);

export const expectField = z.record(pathField, z.union([testField, z.unknown()]));

export const saveField = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'a name of letters, digits and underscores'),
  z.union(
    [
      pathField,
      z.strictObject({
        from: pathField,
        matches: z
          .string()
          .min(1)
          .max(1000)
          .describe('A regular expression; what its first group has found is kept, or else all it has found'),
      }),
    ],
    { error: 'a path, or from (a path) and matches (a regular expression)' },
  ),
);

/** The test that an expectation is; a value that is none must be there as it is. */
export function testOf(expected: unknown): AnswerTest {
  return isTest(expected) ? expected : { equals: expected };
}

function isTest(expected: unknown): expected is AnswerTest {
  return keysOf(expected).some((key) => testKeys.includes(key));
}

function keysOf(value: unknown): string[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
}

/** Compiled in one way everywhere, so that what the plan has accepted works. */
export function patternOf(source: string): RegExp {
  return new RegExp(source, 'u');
}

/** What the schema cannot say of `expect` and `save`. */
export function checkAnswerUse(
  step: { expect?: Record<string, unknown> | undefined; save?: z.output<typeof saveField> | undefined },
  path: readonly PropertyKey[],
): Problem[] {
  const expectations = Object.entries(step.expect ?? {}).flatMap(([where, expected]) =>
    isTest(expected) ? checkTest(expected, [...path, 'expect', where]) : [],
  );
  const saved = Object.entries(step.save ?? {}).flatMap(([name, from]) =>
    typeof from === 'string' ? [] : checkPattern(from.matches, [...path, 'save', name, 'matches']),
  );
  return [...expectations, ...saved];
}

function checkTest(test: AnswerTest, path: readonly PropertyKey[]): Problem[] {
  const allowed = testKeys.join(', ');
  const unknown = keysOf(test).filter((key) => !testKeys.includes(key));
  if (unknown.length > 0) {
    return unknown.map((key) => ({ path: [...path, key], message: `unknown key; allowed here: ${allowed}` }));
  }
  if (test.exists !== undefined && typeof test.exists !== 'boolean') {
    return [{ path: [...path, 'exists'], message: 'allowed: true, false' }];
  }
  if (test.exists === false && keysOf(test).length > 1) {
    return [{ path, message: 'nothing can hold of a value that must not exist' }];
  }
  return test.matches === undefined ? [] : checkPattern(test.matches, [...path, 'matches']);
}

function checkPattern(source: unknown, path: readonly PropertyKey[]): Problem[] {
  if (typeof source !== 'string' || source === '') {
    return [{ path, message: 'must be a regular expression' }];
  }
  if (placeholders(source).length > 0) {
    return [{ path, message: 'a regular expression inserts no values; `contains` and `equals` do' }];
  }
  try {
    patternOf(source);
    return [];
  } catch (error) {
    return [{ path, message: `is no regular expression: ${(error as Error).message}` }];
  }
}
