import { plain } from '../../findings/index.ts';
import type { ChartRows, FigureData, Row } from '../chart-data.ts';
import type { TaskLane } from './lane.ts';

/** What the timetable embeds: a row for each mark, by the age of its task. */
export const timetableShape = {
  x: { name: 'age_s', label: 'since the call was due', unit: 's' },
  series: 'task',
  columns: [
    { name: 'what', label: '', unit: '' },
    { name: 'by', label: 'by', unit: '' },
    { name: 'task_id', label: 'task', unit: '' },
    { name: 'due_s', label: 'due at', unit: 's' },
    { name: 'anomaly', label: '', unit: '' },
  ],
} as const satisfies Omit<FigureData, 'file' | 'charts'>;

/** In the order of the lanes. An operation that was tried again has several tasks: `c3.1`, `c3.1 #2`. */
export function timetableRows(lanes: TaskLane[]): Pick<ChartRows, 'rows' | 'lanes'> {
  const seen = new Map<string, number>();
  const names = lanes.map(({ story }) => {
    const name = plain(story.opId);
    const n = (seen.get(name) ?? 0) + 1;
    seen.set(name, n);
    return n === 1 ? name : `${name} #${n}`;
  });
  const rows = lanes.flatMap(({ story, marks }, i) =>
    marks.map(({ atMs, words, by, kind }): Row => {
      const about = kind === 'due' ? [plain(story.taskId), story.fromUs / 1e6, anomalyOf(story)] : [];
      return [atMs / 1000, names[i] ?? '', plain(words), by === '' ? null : plain(by), ...about];
    }),
  );
  return { rows, lanes: names };
}

function anomalyOf({ anomaly }: TaskLane['story']): string | null {
  return anomaly === null ? null : plain(anomaly);
}
