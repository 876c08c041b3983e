import type { Cell } from './experiment.ts';
import { count } from './format.ts';
import { isApplicable, valuesOf } from './losses.ts';
import { type NumberCell, none, rate } from './number-cells.ts';

export function hasInput(cells: readonly Pick<Cell, 'runs'>[]): boolean {
  return cells.some(({ runs }) => runs.some(({ metrics }) => isApplicable(metrics.input_loss)));
}

export function answersLost(cell: Cell): NumberCell {
  const found = valuesOf(cell.runs, (m) => m.input_loss);
  const sum = (name: 'unanswered' | 'cut') => found.reduce((all, one) => all + one[name], 0);
  const parts = [
    [sum('unanswered'), 'more were not answered in time'],
    [sum('cut'), 'more were cut off with their answer'],
  ] as const;
  const more = parts.filter(([n]) => n > 0).map(([n, what]) => `${count(n)} ${what}`);
  return rate(cell, (m) => m.input_loss, 'lost', ...more);
}

/** How often a call was asked, of those that were. */
export function roundsPerCall(cell: Cell): NumberCell {
  const found = valuesOf(cell.runs, (m) => m.input_loss);
  const means = found.flatMap(({ rounds }) => (rounds.mean === null ? [] : [rounds.mean]));
  if (means.length === 0) return none('no sample', 'none was asked');
  const mean = means.reduce((a, b) => a + b, 0) / means.length;
  const most = Math.max(...found.map(({ rounds }) => rounds.max));
  return { text: mean.toFixed(2), details: [`at most ${count(most)}`], tone: 'plain' };
}
