import { benchJudge, benchJudgeTasks } from './judge.ts';
import type { Row } from './rows.ts';

export async function judgeRows(): Promise<Row[]> {
  const { seconds, peakRssBytes, operations, cpuSeconds, parseSeconds } = await benchJudge();
  const what = `judging and rendering ${operations.toLocaleString('en')} recorded operations`;
  const details = { 'CPU, s': cpuSeconds, 'JSON.parse of the same lines, CPU s': parseSeconds };
  const tasks = await benchJudgeTasks();
  return [
    { id: 'judge-time', what: `${what}: time`, value: seconds, unit: 's', bound: { atMost: 15 }, details },
    {
      id: 'judge-memory',
      what: `${what}: peak memory`,
      value: peakRssBytes / 1e6,
      unit: 'MB',
      bound: { atMost: 500 },
      details,
    },
    {
      id: 'judge-tasks',
      what: `judging and rendering ${tasks.operations.toLocaleString('en')} histories of tasks: time`,
      value: tasks.seconds,
      unit: 's',
      bound: { atMost: 10 },
      details: {
        'CPU, s': tasks.cpuSeconds,
        'JSON.parse of the same lines, CPU s': tasks.parseSeconds,
        'peak memory, MB': tasks.peakRssBytes / 1e6,
      },
    },
  ];
}
