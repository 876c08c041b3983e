import type { Distribution } from '../../measure/index.ts';
import type { Cell } from './experiment.ts';
import { count, duration, range } from './format.ts';
import { isApplicable, valuesOf } from './losses.ts';
import { type NumberCell, none, rate } from './number-cells.ts';

/** What is said of changes: who was not told of them, and how late the others were. */

export function hasChanges(cells: readonly Pick<Cell, 'runs'>[]): boolean {
  return cells.some(({ runs }) => runs.some(({ metrics }) => isApplicable(metrics.notification_loss)));
}

export function notificationsLost(cell: Cell): NumberCell {
  const changes = valuesOf(cell.runs, (m) => m.notification_loss).reduce(
    (sum, loss) => sum + loss.changes,
    0,
  );
  const more = changes > 0 ? [`of ${count(changes)} changes, to each client that listened`] : [];
  return rate(cell, (m) => m.notification_loss, 'lost', ...more);
}

/** What clients missed that would listen and did not, since their stream had ended. */
export function listeningAgain(cell: Cell): NumberCell {
  const found = valuesOf(cell.runs, (m) => m.notification_loss);
  if (found.length === 0) return notApplicable(cell, 'notification_loss');
  const missed = found.reduce((sum, { away }) => sum + away.missed, 0);
  const again = found.reduce((sum, { listenedAgain }) => sum + listenedAgain, 0);
  return {
    text: count(missed),
    details: again === 0 ? [] : [`clients listened again ${count(again)} times`],
    tone: missed > 0 ? 'lost' : 'plain',
  };
}

export function changeDelay(cell: Cell, percentile: 'p50' | 'p99'): NumberCell {
  const found = valuesOf<Distribution>(cell.runs, (m) => m.change_delay_ms);
  if (found.length === 0) return notApplicable(cell, 'change_delay_ms');
  const values = found.map((one) => one[percentile]).filter((value) => value !== null);
  if (values.length === 0) return none('no sample', 'nobody was told of a change');
  return { text: range(values, duration), details: [], tone: 'plain' };
}

function notApplicable(cell: Cell, name: 'notification_loss' | 'change_delay_ms'): NumberCell {
  const measure = cell.runs[0]?.metrics[name];
  return none('n/a', measure && !isApplicable(measure) ? measure.notApplicable : '');
}
