import { type Markup, trusted } from './markup.ts';

/** The numbers that a figure draws, embedded once: tooltips, keyboard and downloads all read them. */
export interface FigureData {
  /** What its downloads are called, without the ending. */
  file: string;
  /** What x is; null where the row's own columns say it. */
  x: Column | null;
  /** What tells the lines of one chart apart; null where there is one. */
  series: string | null;
  columns: Column[];
  /** In the order in which the charts stand. */
  charts: ChartRows[];
}

export interface Column {
  /** In the CSV; with its unit. */
  name: string;
  /** In a tooltip. */
  label: string;
  /** `link`: the id of what belongs to it on this page; it is no part of the CSV. */
  unit: 's' | 'ms' | '%' | '' | 'link';
}

export interface ChartRows {
  /** The deployment; null where the chart shows all of them. */
  of: string | null;
  rows: Row[];
  /** Where each series has a lane of its own: the series, from the top. */
  lanes?: string[];
}

/** x, the series, and a value for each column; null: nothing was measured there. */
export type Row = [x: number, series: string | null, ...values: (number | string | null)[]];

/** Where a chart's plot stands in its drawing, in pixels, and which values of x its ends are. */
export interface Plot {
  left: number;
  width: number;
  low: number;
  high: number;
  /** Of charts with lanes. */
  lanes?: { top: number; height: number };
}

/** As a data block, which no browser runs; a `<` in it is written so that nothing can end it early. */
export function embedded(data: FigureData): Markup {
  const charts = data.charts.map((chart) => ({ ...chart, rows: chart.rows.map(untrailed) }));
  const json = JSON.stringify({ ...data, charts }, (_, value) =>
    typeof value === 'number' ? short(value) : value,
  );
  return trusted(`<script type="application/json">${json.replaceAll('<', '\\u003c')}</script>`);
}

/** A row need not say what it lacks at its end. */
function untrailed(row: Row): (number | string | null)[] {
  return row.slice(0, row.findLastIndex((value) => value !== null) + 1);
}

/** Five digits are more than was measured, and half of the bytes. */
function short(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(5));
}
