import { count, lossOf, percent, plain, plural } from '../../findings/index.ts';
import type { FigureData, Row } from '../chart-data.ts';
import { drawChart, taskSurvivalChart, timeAxis } from '../charts/index.ts';
import { compare, figure, panel, panels, plotted } from '../figure.ts';
import { key } from '../icons.ts';
import type { Markup } from '../markup.ts';
import { type Drawn, fileName, plotOf } from '../time-figures.ts';

/** The share of tasks that are not lost yet, over their age. */
export async function taskSurvivalFigure(drawn: Drawn[]): Promise<Markup> {
  const ages = drawn.flatMap(({ series }) => series.taskSurvival.points.map(({ ageMs }) => ageMs));
  const axis = timeAxis(Math.max(1, ...ages));
  const list = drawn.map(async ({ cell, series }, i) => {
    const { points } = series.taskSurvival;
    const loss = lossOf({ runs: cell.runs.slice(0, 1) }, (m) => m.task_loss);
    if (points.length === 0 || loss.kind !== 'counted') return panel(cell.deployment, '', undefined);
    const { numerator, denominator } = loss.pooled;
    const finding = `${count(numerator)} of ${plural(denominator, 'task')} lost`;
    const end = points.at(-1);
    const label = `Share of tasks that are not lost, over their age, on ${plain(cell.deployment.name)}: ${finding}; of the oldest ${percent(end?.alive ?? 1)} alive.`;
    const chart = await drawChart(taskSurvivalChart(series.taskSurvival, axis, cell.deployment.index), label);
    return panel(cell.deployment, finding, plotted(chart, i, plotOf(axis)));
  });
  const data: FigureData = {
    file: fileName(drawn, 'tasks-alive'),
    x: { name: 'age_s', label: 'age', unit: 's' },
    series: null,
    columns: [
      { name: 'alive', label: 'not lost', unit: '%' },
      { name: 'open', label: 'open', unit: '' },
    ],
    charts: drawn.map(({ cell, series }) => ({
      of: plain(cell.deployment.name),
      rows: series.taskSurvival.points.map(
        ({ ageMs, alive, atRisk }): Row => [ageMs / 1000, null, alive, atRisk],
      ),
    })),
  };
  return figure({
    title: `Tasks lost: ${compare(
      drawn.map(({ cell }) => cell),
      (cell) => {
        const loss = lossOf({ runs: cell.runs.slice(0, 1) }, (m) => m.task_loss);
        return loss.kind === 'counted' ? loss.pooled.numerator : null;
      },
      (n) => (n === 0 ? 'none' : count(n)),
    )}`,
    note: 'Share of the acknowledged tasks that were not lost, over the time since they were acknowledged. A task counts until its client knew the end; the row below says how many were still open at that age.',
    key: key([
      ['line', 'not lost'],
      ['lost', 'lost'],
    ]),
    body: panels(await Promise.all(list)),
    data,
  });
}
