import { type Cell, duration, plain, plural } from '../findings/index.ts';
import {
  curveOf,
  drawChart,
  lanesMax,
  loadChart,
  loadMaxPerSecond,
  logAxis,
  type PercentileCurve,
  percentilesChart,
  percentilesPlot,
  replicasOf,
} from './charts/index.ts';
import { compare, figure, panel, panels, plotted } from './figure.ts';
import { loadRows, percentileRows, shapes } from './figure-data.ts';
import { key } from './icons.ts';
import { html, type Markup } from './markup.ts';
import { nameWithSwatch } from './matrix.ts';
import { type Drawn, dataOf, fileName, plotOf, type SharedScale } from './time-figures.ts';

export async function percentilesFigure(drawn: Drawn[]): Promise<Markup> {
  const curves: PercentileCurve[] = drawn
    .map(({ cell, series }) => ({
      name: cell.deployment.name,
      deploymentIndex: cell.deployment.index,
      points: curveOf(series, cell.runs[0]?.metrics.latency_ms.count ?? 0),
    }))
    .filter((curve) => curve.points.length > 1);
  const log = logAxis(curves.flatMap(({ points }) => points.flatMap((p) => [p.latencyMs, p.serviceMs])));
  const comparison = compare(
    drawn.map(({ cell }) => cell),
    (cell: Cell) => cell.runs[0]?.metrics.latency_ms.p99 ?? null,
    duration,
  );
  const label = `Latency percentiles of each deployment, both axes logarithmic. p99 from the intended start: ${plain(comparison)}.`;
  const body = log
    ? [
        ...(await Promise.all(
          (['wide', 'narrow'] as const).map(async (layout) => {
            const chart = await drawChart(percentilesChart(curves, log, layout), label, `chart ${layout}`);
            return plotted(chart, 0, percentilesPlot(curves, layout), layout);
          }),
        )),
        html`<p class="names">${drawn.map(({ cell }) => nameWithSwatch(cell.deployment))}</p>`,
      ]
    : html`<p class="empty">No operation ended ok, so there is nothing to draw.</p>`;
  return figure({
    title: `p99 of all operations: ${comparison}`,
    note: 'How slow the slowest share of operations was. From the intended start, waiting counts; from sending, it does not: where the lines part, operations were kept waiting. Both axes are logarithmic; a line ends at its slowest operation.',
    key: key([
      ['line', 'from the intended start'],
      ['dashed', 'from sending (service time)'],
    ]),
    body,
    data: {
      file: fileName(drawn, 'latency-percentiles'),
      ...shapes.percentiles,
      columns: [...shapes.percentiles.columns],
      charts: [{ of: null, rows: percentileRows(curves) }],
    },
    className: 'single',
  });
}

/** Of the first run; null where no request was routed, or nothing routes them. */
function skewOf({ runs: [first] }: Cell): number | null {
  const skew = first?.metrics.load_skew;
  return skew === undefined || 'notApplicable' in skew ? null : skew.value;
}

export async function loadFigure(drawn: Drawn[], scale: SharedScale): Promise<Markup> {
  const perSecondMax = Math.max(0, ...drawn.map(({ series }) => loadMaxPerSecond(series)));
  const list = drawn.map(async ({ cell, series }, i) => {
    const replicas = replicasOf(series);
    if (replicas.length === 0) return panel(cell.deployment, '', undefined);
    const skew = skewOf(cell);
    const finding = skew === null ? '' : `busiest ${skew.toFixed(2)} × the mean`;
    const hidden = replicas.length - lanesMax;
    const more = hidden > 0 ? `; ${hidden} more replicas are not drawn` : '';
    const label = `Requests per replica over time on ${plain(cell.deployment.name)}, ${plural(replicas.length, 'replica')}: ${finding}.`;
    const spec = loadChart(series, { ...scale, perSecondMax }, cell.deployment.index);
    const chart = await drawChart(spec, label);
    return panel(cell.deployment, `${finding}${more}`, plotted(chart, i, plotOf(scale.axis)));
  });
  const height = `${Number(perSecondMax.toPrecision(2))} requests/s`;
  return figure({
    title: `Busiest replica against the mean: ${compare(
      drawn.map(({ cell }) => cell),
      skewOf,
      (skew) => `${skew.toFixed(2)} ×`,
    )}`,
    note: `Requests that the balancer sent to each replica. All lanes have one scale: a full lane is ${height}.`,
    key: key([
      ['area', 'requests'],
      ['fault', 'fault, from its begin to its end'],
    ]),
    body: panels(await Promise.all(list)),
    data: dataOf(drawn, 'load', 'load', (series) => loadRows(series, replicasOf(series).slice(0, lanesMax))),
  });
}
