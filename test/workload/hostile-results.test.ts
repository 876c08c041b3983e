import { describe, expect, it } from 'vitest';
import type { ToolResult } from '../../src/client/index.ts';
import type { CallStep } from '../../src/scenario/index.ts';
import { checkResult, readsOf } from '../../src/workload/check-answer.ts';
import { evidenceBook } from '../../src/workload/evidence.ts';
import { memorySink } from '../support/fakes.ts';

const deep = JSON.parse('['.repeat(20_000) + ']'.repeat(20_000));
/** What `String` cannot turn into a text. */
const noText = JSON.parse('{"toString":1,"valueOf":2}');
const result = (value: Partial<ToolResult>): ToolResult => ({
  content: [],
  structuredContent: {},
  isError: false,
  meta: {},
  ...value,
});
const check = (step: Partial<CallStep>, value: Partial<ToolResult>, values = new Map<string, unknown>()) =>
  checkResult({ call: 'x', arguments: {}, ...step } as CallStep, result(value), values);

describe('what a tool answers', () => {
  it.each([
    ['no block', []],
    ['a block that is nothing', [null, 7, 'text']],
    ['a text that is none', [{ type: 'text', text: noText }]],
    ['a text of many levels', [{ type: 'text', text: deep }]],
    ['a text of a megabyte', [{ type: 'text', text: 'x'.repeat(2 ** 20) }]],
  ])('as an error, with %s, is told of in few words', (_name, content) => {
    const checked = check({}, { isError: true, content });
    expect(checked).toMatchObject({ outcome: 'fail', failure: { kind: 'tool-error' } });
    expect(checked.failure?.message?.length).toBeLessThanOrEqual(500);
  });

  it.each([deep, noText, 'x'.repeat(2 ** 20), null, undefined])(
    'that is not what is expected, is unexpected',
    (text) => {
      const checked = check({ expect: { '$.text': 'hi' } }, { structuredContent: { text } });
      expect(checked).toMatchObject({ outcome: 'info', failure: { kind: 'unexpected' } });
      expect(checked.failure?.message?.length).toBeLessThanOrEqual(500);
    },
  );

  it('to a read, is recorded within bounds, whatever it holds', () => {
    const step = { call: 'x', arguments: {}, reads: '$.items' } as CallStep;
    const items = ['c1.0', 5, null, noText, deep, 'x'.repeat(2 ** 20)];
    const read = readsOf(step, 'ok', result({ structuredContent: { items } }));
    expect(read?.slice(0, 4)).toEqual(['c1.0', '5', 'null', '{"toString":1,"valueOf":2}']);
    expect(Math.max(...(read ?? []).map((text) => text.length))).toBe(500);
    expect(check(step, { structuredContent: { items: 'none' } }).failure?.kind).toBe('unexpected');
    const endless = Array.from({ length: 100_001 }, () => 1);
    expect(check(step, { structuredContent: { items: endless } })).toMatchObject({
      outcome: 'info',
      failure: { kind: 'unexpected', message: 'the list at $.items has 100001 values' },
    });
  });

  it.each([deep, 'x'.repeat(2 ** 20)])('and is too large to be sent again, is not saved', (id) => {
    const values = new Map<string, unknown>([['basket', 'an older one']]);
    const checked = check({ save: { basket: '$.id' } }, { structuredContent: { id } }, values);
    expect(checked).toMatchObject({ outcome: 'info', failure: { kind: 'unexpected' } });
    expect(values.has('basket')).toBe(false);
    check({ save: { basket: '$.id' } }, { structuredContent: { id: 'b-1' } }, values);
    expect(values.get('basket')).toBe('b-1');
  });
});

describe('evidence of an exchange', () => {
  it('is bounded, whatever the server sent', () => {
    const sink = memorySink();
    const head = Array.from({ length: 100 }, (_, i) => `${'n'.repeat(5000)}${i}: ${'v'.repeat(5000)}`);
    evidenceBook(sink, { epochUs: 0, nowUs: () => 0 }).keep(
      'c1',
      {
        requestId: 'c1-1',
        transcript: {
          sentUs: 0,
          method: 'POST',
          path: '/mcp',
          requestHead: `POST /mcp HTTP/1.1\r\nmcp-session-id: ${'s'.repeat(60_000)}\r\n`,
          requestBody: 'r'.repeat(1e6),
          answerHead: ['HTTP/1.1 200 OK', ...head].join('\r\n'),
          status: 200,
          answerBody: 'b'.repeat(8192),
          answerBytes: 5e6,
          protocolBytes: 0,
        },
      },
      { kind: 'malformed' },
      'failure',
    );
    expect(sink.events).toHaveLength(1);
    expect(JSON.stringify(sink.events[0]).length).toBeLessThan(64_000);
  });
});
