import { describe, expect, it } from 'vitest';
import { fold } from '../../src/cli/output.ts';
import { renderRows } from '../../src/cli/rows.ts';
import { widthOf } from '../../src/core/index.ts';

const rows = [
  ['short', 'a text that is long enough to need a second line in a terminal of eighty columns'],
  ['a-name-of-its-length', 'brief'],
] as const;

describe('rows', () => {
  it('put the text beside the name, and go on below where it began', () => {
    expect(renderRows(rows, 80)).toEqual([
      '  short                 a text that is long enough to need a second line in a',
      '                        terminal of eighty columns',
      '  a-name-of-its-length  brief',
    ]);
  });

  it('put it below the name where the terminal is narrow', () => {
    expect(renderRows(rows, 40).slice(0, 2)).toEqual(['  short', '    a text that is long enough to need a']);
  });

  it.each([20, 40, 60, 80, 100])('have no line wider than %i columns', (columns) => {
    for (const line of renderRows(rows, columns))
      expect(widthOf(line)).toBeLessThanOrEqual(Math.max(columns, 22));
  });
});

describe('a folded message', () => {
  it('keeps its indentation, and keeps paths whole', () => {
    const path = `/a/folder/with-a-name/${'x'.repeat(40)}`;
    expect(
      fold(`windtunnel: cannot write into ${path}: no space left\n  Choose another folder with --out.`, 30),
    ).toBe(
      [
        'windtunnel: cannot write into',
        `${path}:`,
        'no space left',
        '  Choose another folder with',
        '  --out.',
      ].join('\n'),
    );
  });
});
