import { type Cell, type DeploymentView, plain, tight, truncate } from '../findings/index.ts';
import { embedded, type FigureData, type Plot } from './chart-data.ts';
import { type Child, html, type Markup } from './markup.ts';
import { nameWithSwatch } from './matrix.ts';

/** The frame of a figure: its title is what it shows, its note what is drawn, `data` what it is drawn from. */
export function figure(parts: {
  title: string;
  note: Child;
  key: Child;
  body: Child;
  data: FigureData;
  className?: string;
  /** False: its drawing is part of the page's layout and cannot be saved apart from it. */
  svg?: boolean;
}): Markup {
  const { data, svg = true } = parts;
  const tools = data.charts.some((chart) => chart.rows.length > 0)
    ? html`<p class="tools">${save('csv', 'CSV', 'the data of this figure as CSV')}${svg ? save('svg', 'SVG', 'this figure as SVG') : ''}</p>`
    : '';
  return html`<figure class="${parts.className ?? 'plain'}">
<figcaption>${tools}<h3>${tight(plain(parts.title))}</h3><p>${parts.note}</p>${parts.key}</figcaption>
${parts.body}${embedded(data)}</figure>`;
}

/** Hidden until the script shows it: without a script it could do nothing. */
function save(as: 'csv' | 'svg', word: string, what: string): Markup {
  return html`<button type="button" data-save="${as}" aria-label="Save ${what}" title="Save ${what}" hidden>${word}</button>`;
}

/** A drawn chart, and where in it which row of the figure's data stands. */
export function plotted(chart: Markup, index: number, plot: Plot, layout = ''): Markup {
  const { left, width, low, high, lanes } = plot;
  const numbers = [left, width, low, high, ...(lanes ? [lanes.top, lanes.height] : [])];
  const text = numbers.map((n) => Number(n.toFixed(4))).join(' ');
  return html`<div class="plot ${layout}" data-chart="${index}" data-plot="${text}">${chart}</div>`;
}

/** Small charts on one scale, one per deployment. */
export function panels(list: Markup[]): Markup {
  return html`<div class="panels count-${Math.min(list.length, 5)}">${list}</div>`;
}

export function panel(deployment: DeploymentView, finding: string, chart: Markup | undefined): Markup {
  return html`<div class="panel"><p class="panel-title">${nameWithSwatch(deployment)} <span>${tight(finding)}</span></p>
${chart ?? html`<p class="empty">No sample in this run, so there is nothing to draw.</p>`}</div>`;
}

/**
 * `54.8 ms on a, 42.4 ms on b and 26 ms on c`; of more than four, the lowest and the highest.
 * Empty if there is nothing to compare.
 */
export function compare(
  cells: Cell[],
  numberOf: (cell: Cell) => number | null,
  format: (value: number) => string,
): string {
  const found = cells.flatMap((cell) => {
    const value = numberOf(cell);
    return value === null ? [] : [{ name: truncate(plain(cell.deployment.name), 40), value }];
  });
  if (found.length === 0) return 'no sample';
  const words = found.map(({ name, value }) => `${format(value)} on ${name}`);
  if (found.length <= 4) return words.join(', ');
  const sorted = [...found].sort((a, b) => a.value - b.value);
  const [low] = sorted;
  const high = sorted.at(-1);
  if (!low || !high) return 'no sample';
  if (format(low.value) === format(high.value))
    return `${format(low.value)} on all ${found.length} deployments`;
  return `from ${format(low.value)} on ${low.name} to ${format(high.value)} on ${high.name}`;
}
