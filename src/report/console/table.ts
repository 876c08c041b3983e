import { padEnd, wrap } from '../../core/index.ts';

interface TableCell {
  text: string;
  /** Colours the cell once it is padded. */
  paint: (padded: string) => string;
}

export interface Table {
  columns: number;
  /** Of the columns. */
  names: string[];
  rows: { label: string; cells: TableCell[] }[];
  quiet: (text: string) => string;
  strong: (text: string) => string;
}

/** Narrower cells would break every second number. */
const cellColumnsMin = 22;
const gap = '  ';

/** One table, or several below each other with the same rows where the columns do not fit. */
export function renderTable(table: Table): string[] {
  const labelColumns = Math.max(...table.rows.map((row) => row.label.length));
  const room = table.columns - labelColumns;
  const fit = Math.max(1, Math.floor(room / (cellColumnsMin + gap.length)));
  const blocks = Math.max(1, Math.ceil(table.names.length / fit));
  // As even as can be: two and two rather than three and one.
  const perBlock = Math.ceil(table.names.length / blocks) || 1;
  const cellColumns = Math.max(8, Math.min(30, Math.floor(room / perBlock) - gap.length));
  return Array.from({ length: blocks }, (_, i) => {
    const from = i * perBlock;
    return [
      ...(i > 0 ? [''] : []),
      ...block(table, from, Math.min(from + perBlock, table.names.length), labelColumns, cellColumns),
    ];
  }).flat();
}

function block(table: Table, from: number, to: number, labelColumns: number, cellColumns: number): string[] {
  const line = (label: string, cells: TableCell[]): string[] => {
    const wrapped = cells.map((cell) => wrap(cell.text, cellColumns));
    const height = Math.max(1, ...wrapped.map((lines) => lines.length));
    return Array.from({ length: height }, (_, y) => {
      const texts = cells.map((cell, x) => {
        const text = wrapped[x]?.[y] ?? '';
        // Nothing is padded after the last column: no trailing spaces.
        return cell.paint(x === cells.length - 1 ? text : padEnd(text, cellColumns));
      });
      return [table.quiet((y === 0 ? label : '').padEnd(labelColumns)), ...texts].join(gap).trimEnd();
    });
  };
  const names = table.names.slice(from, to).map((text) => ({ text, paint: table.strong }));
  const total = labelColumns + (to - from) * (cellColumns + gap.length);
  return [
    ...line('', names),
    table.quiet('─'.repeat(total)),
    ...table.rows.flatMap((row) => line(row.label, row.cells.slice(from, to))),
  ];
}
