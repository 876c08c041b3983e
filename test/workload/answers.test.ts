import { describe, expect, it } from 'vitest';
import type { ToolResult } from '../../src/client/index.ts';
import { redactor } from '../../src/core/index.ts';
import type { CallStep } from '../../src/scenario/index.ts';
import { checkResult, readsOf } from '../../src/workload/check-answer.ts';

const text = (...texts: string[]) => texts.map((one) => ({ type: 'text', text: one }));
const answer: ToolResult = {
  content: [
    ...text('{"items":[{"id":"i-7","tags":["a","b"]}]}', 'created i-7 for c1.0'),
    { type: 'image', data: '' },
  ],
  structuredContent: { count: 2, text: 'plain' },
  isError: false,
  meta: {},
};
const check = (
  step: Partial<CallStep>,
  values = new Map<string, unknown>([['opId', 'c1.0']]),
  result = answer,
) => checkResult({ call: 'x', arguments: {}, ...step } as CallStep, result, values);

describe('an expectation', () => {
  it.each([
    ['$.count', 2],
    ['$.count', { equals: 2 }],
    ['json.items[0]', { id: 'i-7', tags: ['a', 'b'] }],
    ['json.items[0].tags', { contains: 'b' }],
    ['json.items[0].tags[1]', 'b'],
    ['json.items[1]', { exists: false }],
    ['content[2].type', 'image'],
    ['content[1].text', { matches: '^created i-\\d+', contains: '${opId}' }],
    ['text', { contains: 'created' }],
    ['text', { matches: 'for (c\\d+)\\.0$' }],
    ['$', { exists: true }],
  ])('at %s of %j is met', (path, expected) => {
    expect(check({ expect: { [path]: expected } })).toEqual({ outcome: 'ok' });
  });

  it.each([
    ['$.count', 3, '$.count is 2, expected 3'],
    ['$.count', { matches: '2' }, '$.count is 2, expected what matches "2"'],
    ['$.text', { contains: 'plane' }, '$.text is "plain", expected what contains "plane"'],
    ['$.text', { exists: false }, '$.text is "plain", expected nothing there'],
    ['json.none', { exists: true }, 'json.none is undefined, expected a value'],
    ['json.items[0].tags', { contains: 'c' }, 'json.items[0].tags is ["a","b"], expected what contains "c"'],
    [
      'content[1].text',
      { matches: '^deleted' },
      'content[1].text is "created i-7 for c1.0", expected what matches "^deleted"',
    ],
  ])('at %s of %j is not met', (path, expected, message) => {
    expect(check({ expect: { [path]: expected } })).toEqual({
      outcome: 'info',
      failure: { kind: 'unexpected', message },
    });
  });

  it('tells an answer to another request by the text it contains', () => {
    const checked = check({ expect: { text: { contains: '${opId}' } } }, new Map([['opId', 'c2.4']]));
    expect(checked.failure).toMatchObject({ kind: 'unexpected', misdelivered: true });
  });

  it('that is not met does not tell of secrets, also where what is shown is cut', () => {
    const token = `tok-${'x'.repeat(20)}`;
    const structuredContent = { text: `${'-'.repeat(190)}${token}` };
    const step = { call: 'x', arguments: {}, expect: { '$.text': 'no' } } as CallStep;
    const { failure } = checkResult(
      step,
      { ...answer, structuredContent },
      new Map(),
      redactor({ TOKEN: token }),
    );
    expect(failure?.message).toContain('---${env:T');
    expect(failure?.message).not.toContain('tok-');
  });
});

describe('a saved value', () => {
  it('comes from any part of the answer, and from what a pattern finds', () => {
    const values = new Map<string, unknown>([['gone', 'old']]);
    const save = {
      id: 'json.items[0].id',
      first: { from: 'text', matches: 'for (c\\d+)' },
      whole: { from: 'content[1].text', matches: 'i-\\d' },
      count: '$.count',
      gone: { from: 'text', matches: 'deleted (.*)' },
    };
    expect(check({ save }, values)).toEqual({ outcome: 'ok' });
    expect(Object.fromEntries(values)).toEqual({ id: 'i-7', first: 'c1', whole: 'i-7', count: 2 });
  });

  it('is none where the text is no JSON, or there is no text', () => {
    for (const content of [text('no JSON', '{"id":1}'), [], [null, 7, { type: 'text', text: 7 }]]) {
      const values = new Map<string, unknown>();
      expect(check({ save: { id: 'json.id' } }, values, { ...answer, content })).toEqual({ outcome: 'ok' });
      expect(values.size).toBe(0);
    }
  });
});

it('a read finds its list in JSON within the text', () => {
  const content = text('{"items":["c1.0","c1.2"]}');
  const step = { call: 'x', arguments: {}, reads: 'json.items' } as CallStep;
  expect(readsOf(step, 'ok', { ...answer, content })).toEqual(['c1.0', 'c1.2']);
});
