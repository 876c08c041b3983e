import type { Metrics, NotApplicable, Rate } from '../../measure/index.ts';
import { changeDelay, hasChanges, listeningAgain, notificationsLost } from './change-cells.ts';
import { generator, handshakes, readiness, replicaCpu, replicaRss, sessionRecovery } from './cost-cells.ts';
import type { Cell } from './experiment.ts';
import { answersLost, hasInput, roundsPerCall } from './input-cells.ts';
import {
  loadSkew,
  type NumberCell,
  none,
  rate,
  recovery,
  sessionsLost,
  share,
  stateLost,
  times,
  updatesLost,
} from './number-cells.ts';
import { eventsLost, hasStreams, streamsBroken } from './stream-cells.ts';
import { hasTasks, pollsPerTask, repeatedWork, tasksLost, taskTimes } from './task-cells.ts';

export interface NumberRow {
  /** The metric's path in `results.json`. */
  id: string;
  group: string;
  label: string;
  /** In the order of the cells. */
  cells: NumberCell[];
}

type RowOf = (cell: Cell) => NumberCell;
type Line = [id: string, label: string, of: RowOf];

const percentileLabels = { p50: 'p50', p90: 'p90', p99: 'p99', p999: 'p99.9', max: 'max' } as const;
const latency = (p: keyof typeof percentileLabels): Line => [
  `latency_ms.${p}`,
  percentileLabels[p],
  (cell) => times(cell, (m) => m.latency_ms, p),
];
const service = (p: keyof typeof percentileLabels): Line => [
  `service_ms.${p}`,
  percentileLabels[p],
  (cell) => times(cell, (m) => m.service_ms, p),
];

const loss = (id: string, label: string, pick: (metrics: Metrics) => Rate | NotApplicable): Line => [
  id,
  label,
  (cell) => rate(cell, pick, 'lost'),
];

/** Of tasks, where there are any. */
const taskGroups: Record<string, Line[]> = {
  Tasks: [
    ['task_loss', 'Tasks lost', tasksLost],
    loss('result_retention', 'Results forgotten early', (m) => m.result_retention),
    loss('work_after_cancel', 'Committed after a cancellation', (m) => m.work_after_cancel),
    loss('premature_handle', 'Handles given before the task was stored', (m) => m.premature_handle),
    ['repeated_work_ms', 'Work done again', repeatedWork],
    ['polls_per_task', 'Polls per task', pollsPerTask],
    [
      'commit_to_known_ms.p50',
      'Commit to known, p50',
      (cell) => taskTimes(cell, 'commit_to_known_ms', 'p50'),
    ],
    [
      'commit_to_known_ms.p99',
      'Commit to known, p99',
      (cell) => taskTimes(cell, 'commit_to_known_ms', 'p99'),
    ],
    [
      'notification_delay_ms.p50',
      'End to its notification, p50',
      (cell) => taskTimes(cell, 'notification_delay_ms', 'p50'),
    ],
    [
      'notification_delay_ms.p99',
      'End to its notification, p99',
      (cell) => taskTimes(cell, 'notification_delay_ms', 'p99'),
    ],
  ],
};

/** Of streams, where there are any. */
const streamGroups: Record<string, Line[]> = {
  Streams: [
    ['stream_loss', 'Events lost', eventsLost],
    ['stream_loss.streams', 'Streams that broke', streamsBroken],
    loss('stream_duplicate', 'Events that came twice', (m) => m.stream_duplicate),
    loss('stream_leak', "Events of others' streams", (m) => m.stream_leak),
  ],
};

/** Of questions in the middle of calls, where any are answered. */
const inputGroups: Record<string, Line[]> = {
  Questions: [
    ['input_loss', 'Answers that got nowhere', answersLost],
    ['input_loss.rounds', 'Questions for each call', roundsPerCall],
    loss('state_forgery', 'Altered states that were taken', (m) => m.state_forgery),
  ],
};

/** Of notifications of changes, where any are listened for. */
const changeGroups: Record<string, Line[]> = {
  Changes: [
    ['notification_loss', 'Notifications of changes lost', notificationsLost],
    ['notification_away', 'Changes missed while not listening', listeningAgain],
    loss('notification_duplicate', 'Notifications that came twice', (m) => m.notification_duplicate),
    loss('notification_leak', 'Notifications not asked for', (m) => m.notification_leak),
    ['change_delay_ms.p50', 'Change to being told of it, p50', (cell) => changeDelay(cell, 'p50')],
    ['change_delay_ms.p99', 'Change to being told of it, p99', (cell) => changeDelay(cell, 'p99')],
  ],
};

/** Every number that the report lists, by group; a new measure is a line here. */
const groups: Record<string, Line[]> = {
  'What was lost': [
    ['session_loss', 'Sessions lost', sessionsLost],
    ['state_loss', 'State lost', stateLost],
    ['lost_update', 'Updates lost', updatesLost],
    loss('duplicate_execution', 'Executed twice or more', (m) => m.duplicate_execution),
    loss('result_loss', 'Results lost', (m) => m.result_loss),
    loss('misdelivery', "Answers to others' requests", (m) => m.misdelivery),
    loss('state_leak', "Reads of others' state", (m) => m.state_leak),
  ],
  Availability: [
    ['availability', 'First attempts ok', (cell) => share(cell, (m) => m.availability)],
    [
      'availability.recovered',
      "After the client's own recovery",
      (cell) => share(cell, (m) => m.availability.recovered),
    ],
    ['recovery_ms', 'Recovery after a fault', recovery],
    ['session_recovery_ms.p50', 'Lost session to next ok, p50', (cell) => sessionRecovery(cell, 'p50')],
    ['session_recovery_ms.p99', 'Lost session to next ok, p99', (cell) => sessionRecovery(cell, 'p99')],
    ['ready_ms', 'Joining replica to first balanced ok', readiness],
  ],
  'Latency, from the intended start': [
    latency('p50'),
    latency('p90'),
    latency('p99'),
    latency('p999'),
    latency('max'),
  ],
  'Service time, from sending': [service('p50'), service('p99'), service('p999')],
  'Load and generator': [
    ['load_skew', 'Busiest replica ÷ mean', loadSkew],
    ['replica_cpu', 'CPU of the replicas per useful call', replicaCpu],
    ['replica_rss.peak', 'Memory of a replica, at most', replicaRss],
    ['handshake_overhead', 'Protocol overhead per useful call', handshakes],
    ['send_lag_ms.p99', 'Send lag of the generator, p99', (cell) => times(cell, (m) => m.send_lag_ms, 'p99')],
    ['generator_health', 'Busiest second of the generator', generator],
  ],
};

/** Every measure of a scenario's cells, row by row. */
export function numberRows(cells: Cell[]): NumberRow[] {
  const shown = {
    ...(hasTasks(cells) && taskGroups),
    ...(hasStreams(cells) && streamGroups),
    ...(hasInput(cells) && inputGroups),
    ...(hasChanges(cells) && changeGroups),
    ...groups,
  };
  return Object.entries(shown).flatMap(([group, lines]) =>
    lines.map(([id, label, of]) => ({
      id,
      group,
      label,
      cells: cells.map((cell) => (cell.runs.length === 0 ? none('not run') : of(cell))),
    })),
  );
}
