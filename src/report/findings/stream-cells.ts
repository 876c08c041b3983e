import type { StreamCounts } from '../../measure/index.ts';
import type { Cell } from './experiment.ts';
import { count } from './format.ts';
import { isApplicable, valuesOf } from './losses.ts';
import { type NumberCell, none, rate } from './number-cells.ts';

export function hasStreams(cells: readonly Pick<Cell, 'runs'>[]): boolean {
  return cells.some(({ runs }) => runs.some(({ metrics }) => isApplicable(metrics.stream_duplicate)));
}

export function eventsLost(cell: Cell): NumberCell {
  const unjudged = valuesOf(cell.runs, (m) => m.stream_loss).reduce((sum, found) => sum + found.unjudged, 0);
  return rate(
    cell,
    (m) => m.stream_loss,
    'lost',
    ...(unjudged > 0 ? [`of ${count(unjudged)} more it is not known whether they came`] : []),
  );
}

/** How many streams broke, and what came of them. */
export function streamsBroken(cell: Cell): NumberCell {
  const found = valuesOf(cell.runs, (m) => m.stream_loss);
  const [first] = found;
  if (first === undefined) {
    const measure = cell.runs[0]?.metrics.stream_loss;
    return none('n/a', measure && !isApplicable(measure) ? measure.notApplicable : '');
  }
  const sum = (name: keyof StreamCounts) => found.reduce((all, { streams }) => all + streams[name], 0);
  const [broken, opened, timedOut] = [sum('broken'), sum('opened'), sum('timedOut')];
  const parts = [
    `${count(sum('resumed'))} resumed`,
    `${count(sum('refused'))} refused the rest`,
    `${count(sum('unanswered'))} without a response in the end`,
  ];
  return {
    text: `${count(broken)} of ${count(opened)}`,
    details: [
      ...(broken === 0 ? [] : [parts.join(', ')]),
      // Also of streams that never broke: behind a call that takes long, the next may begin too late.
      ...(timedOut === 0 ? [] : [`of all, ${count(timedOut)} were waited for until the deadline`]),
    ],
    tone: sum('unanswered') + timedOut > 0 ? 'lost' : 'plain',
  };
}
