import { padEnd, widthOf, wrap } from '../core/index.ts';

/** A name and what there is to say of it. */
export type Row = readonly [name: string, text: string];

/** Below this the text beside the names would be a narrow column of single words. */
const textColumnsMin = 26;
const gap = '  ';

/** Names at the left, texts beside them; in a narrow terminal, below them. No line is longer than `columns`. */
export function renderRows(rows: readonly Row[], columns: number): string[] {
  const nameColumns = Math.max(0, ...rows.map(([name]) => widthOf(name)));
  const left = gap.length + nameColumns + gap.length;
  const isNarrow = columns - left < textColumnsMin;
  return rows.flatMap(([name, text]) => {
    const indent = ' '.repeat(isNarrow ? gap.length * 2 : left);
    const [first = '', ...rest] = wrap(text, columns - indent.length).map((line) => indent + line);
    if (isNarrow) return [gap + name, first, ...rest];
    return [`${gap}${padEnd(name, nameColumns)}${gap}${first.slice(left)}`, ...rest];
  });
}
