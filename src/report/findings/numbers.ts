import type { Cell } from './experiment.ts';
import {
  loadSkew,
  type NumberCell,
  none,
  rate,
  recovery,
  replicaCpu,
  replicaRss,
  sessionsLost,
  share,
  stateLost,
  times,
  updatesLost,
} from './number-cells.ts';

export interface NumberRow {
  /** The metric's path in `results.json`. */
  id: string;
  group: string;
  label: string;
  /** In the order of the cells. */
  cells: NumberCell[];
}

type RowOf = (cell: Cell) => NumberCell;

/** Every measure of a scenario's cells, row by row. */
export function numberRows(cells: Cell[]): NumberRow[] {
  const row = (id: string, group: string, label: string, of: RowOf): NumberRow => ({
    id,
    group,
    label,
    cells: cells.map((cell) => (cell.runs.length === 0 ? none('not run') : of(cell))),
  });
  const losses = 'What was lost';
  const available = 'Availability';
  const latency = 'Latency, from the intended start';
  const service = 'Service time, from sending';
  const load = 'Load and generator';
  return [
    row('session_loss', losses, 'Sessions lost', sessionsLost),
    row('state_loss', losses, 'State lost', stateLost),
    row('lost_update', losses, 'Updates lost', updatesLost),
    row('duplicate_execution', losses, 'Executed twice or more', (cell) =>
      rate(cell, (m) => m.duplicate_execution, 'lost'),
    ),
    row('result_loss', losses, 'Results lost', (cell) => rate(cell, (m) => m.result_loss, 'lost')),
    row('misdelivery', losses, "Answers to others' requests", (cell) =>
      rate(cell, (m) => m.misdelivery, 'lost'),
    ),
    row('state_leak', losses, "Reads of others' state", (cell) => rate(cell, (m) => m.state_leak, 'lost')),
    row('availability', available, 'First attempts ok', (cell) => share(cell, (m) => m.availability)),
    row('availability.recovered', available, "After the client's own recovery", (cell) =>
      share(cell, (m) => m.availability.recovered),
    ),
    row('recovery_ms', available, 'Recovery after a fault', recovery),
    ...(['p50', 'p90', 'p99', 'p999', 'max'] as const).map((p) =>
      row(`latency_ms.${p}`, latency, percentileLabels[p], (cell) => times(cell, (m) => m.latency_ms, p)),
    ),
    ...(['p50', 'p99'] as const).map((p) =>
      row(`service_ms.${p}`, service, percentileLabels[p], (cell) => times(cell, (m) => m.service_ms, p)),
    ),
    row('replica_cpu', load, 'CPU of the replicas per useful call', replicaCpu),
    row('replica_rss.peak', load, 'Memory of a replica, at most', (cell) => replicaRss(cell, 'peak')),
    row('replica_rss.growth', load, 'Growth of memory per 1000 useful calls', (cell) =>
      replicaRss(cell, 'growth'),
    ),
    row('load_skew', load, 'Busiest replica ÷ mean', loadSkew),
    row('send_lag_ms.p99', load, 'Send lag of the generator, p99', (cell) =>
      times(cell, (m) => m.send_lag_ms, 'p99'),
    ),
  ];
}

const percentileLabels = { p50: 'p50', p90: 'p90', p99: 'p99', p999: 'p99.9', max: 'max' } as const;
