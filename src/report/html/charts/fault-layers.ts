import type { Series } from '../../../measure/index.ts';
import { plain, truncate } from '../../findings/index.ts';
import { faultColour, fontSize, inkSoft, type Layer, plotWidth, textWidth } from './theme.ts';
import { onAxis, pixelOf, type TimeAxis, timeEncoding } from './time-axis.ts';

/** A fault's label, placed above the plot. */
interface Placed {
  t: number;
  align: 'left' | 'right';
  row: number;
  label: string;
}

const rowHeight = 15;
/** With more rows the labels would be larger than the chart; the rest is listed in the table of numbers. */
const rowsMax = 3;

/** Places labels where they do not overlap: to the right of the fault's begin, or to the left near the edge. */
function place(axis: TimeAxis, faults: Series['faults']): Placed[] {
  const ends: { from: number; to: number }[][] = [];
  return faults.flatMap((fault): Placed[] => {
    const t = onAxis(axis, fault.startMs);
    const label = truncate(plain(fault.name), 26);
    const width = textWidth(label) + 8;
    const x = pixelOf(axis, t);
    const align = x + width > plotWidth + 12 ? 'right' : 'left';
    const span = align === 'left' ? { from: x, to: x + width } : { from: x - width, to: x };
    for (let row = 0; row < rowsMax; row++) {
      ends[row] ??= [];
      const free = ends[row]?.every((other) => span.to < other.from || span.from > other.to);
      if (!free) continue;
      ends[row]?.push(span);
      return [{ t, align, row, label }];
    }
    return [];
  });
}

/** Room above the plot, in pixels; the most of several panels keeps their plots aligned. */
export function roomForFaults(axis: TimeAxis, faults: Series['faults']): number {
  const rows = Math.max(0, ...place(axis, faults).map((label) => label.row + 1));
  return rows === 0 ? 10 : 8 + rows * rowHeight;
}

/** Shaded from a fault's real begin to its real end, with rules at both and its name above. */
export function faultLayers(axis: TimeAxis, faults: Series['faults'], plotHeight: number): Layer[] {
  if (faults.length === 0) return [];
  const x = timeEncoding(axis);
  const bands = faults.map((fault) => ({
    t: onAxis(axis, fault.startMs),
    end: fault.endMs === null ? axis.end : onAxis(axis, fault.endMs),
  }));
  const rules = faults.flatMap((fault) =>
    [fault.startMs, fault.endMs].filter((ms) => ms !== null).map((ms) => ({ t: onAxis(axis, ms) })),
  );
  const labels = place(axis, faults);
  const across = { y: { value: 0 }, y2: { value: plotHeight } } as const;
  return [
    {
      data: { values: bands },
      mark: { type: 'rect', fill: faultColour, opacity: 0.16 },
      encoding: { x, x2: { field: 'end' }, ...across },
    },
    {
      data: { values: rules },
      mark: { type: 'rule', stroke: faultColour, strokeWidth: 1, strokeDash: [2, 2] },
      encoding: { x, ...across },
    },
    ...labels.map(
      ({ t, label, align, row }): Layer => ({
        data: { values: [{ t, label }] },
        mark: {
          type: 'text',
          align,
          baseline: 'bottom',
          dx: align === 'left' ? 0 : 2,
          fontSize,
          fill: inkSoft,
        },
        encoding: { x, y: { value: -4 - row * rowHeight }, text: { field: 'label' } },
      }),
    ),
  ];
}
