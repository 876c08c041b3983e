import { type Cell, type DeploymentView, plain, tight, truncate } from '../findings/index.ts';
import { type Child, html, type Markup } from './markup.ts';
import { nameWithSwatch } from './matrix.ts';

/** The frame of a figure: its title is what it shows, its note what is drawn. */
export function figure(parts: {
  title: string;
  note: Child;
  key: Child;
  body: Child;
  className?: string;
}): Markup {
  return html`<figure class="${parts.className ?? 'plain'}">
<figcaption><h3>${tight(plain(parts.title))}</h3><p>${parts.note}</p>${parts.key}</figcaption>
${parts.body}</figure>`;
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
