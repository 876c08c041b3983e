import { fileURLToPath } from 'node:url';
import { eventsOf } from './recorded-events.ts';
import type { Row } from './rows.ts';
import { growthOf, mostAtOnce, serversIn } from './run-record.ts';
import { wholeRun } from './whole-run.ts';

const tasks = 5000;
/** Of each process: what tasks hold must be little beside what a machine has. */
const atMostMb = 500;

/** Many tasks under way at once, asked for each 5 s, with servers and balancer on the same machine. */
export async function benchTasksInFlight(folder: string): Promise<Row[]> {
  const [scenario, deployment] = ['./tasks-in-flight.yaml', './tasks-seldom-polled.yaml'].map((file) =>
    fileURLToPath(new URL(file, import.meta.url)),
  ) as [string, string];
  const { results, samples, eventsPath } = await wholeRun([scenario, '--deployment', deployment], folder);
  const metrics = results.runs[0]?.metrics;
  if (!metrics) throw new Error('the run has no results');
  const { task_loss: loss, availability, polls_per_task: polls, send_lag_ms: lag } = metrics;
  if (!('value' in loss) || !('value' in polls)) throw new Error('the run has no tasks');
  const servers = await serversIn(eventsPath);
  const ownBytes = (['generator', 'balancer'] as const).map((part) => samples.map((sample) => sample[part]));
  const details = {
    'most in flight': await mostInFlight(eventsPath),
    acknowledged: loss.denominator,
    'tasks ok': availability.numerator,
    polls: polls.polls,
    'send lag p99, ms': lag.p99 ?? Number.NaN,
    'servers, KB per task above what they held before': growthOf(servers) / tasks / 1000,
    'generator, KB per task': Math.max(...(ownBytes[0] ?? [])) / tasks / 1000,
  };
  const memory = (part: string, bytes: readonly number[]): Row => ({
    id: `tasks-in-flight-${part}`,
    what: `${tasks.toLocaleString('en')} tasks in flight, each asked for every 5 s: peak memory of the ${part}`,
    value: Math.max(...bytes) / 1e6,
    unit: 'MB',
    bound: { atMost: atMostMb },
    details,
  });
  return [
    memory('generator', ownBytes[0] ?? []),
    memory('balancer', ownBytes[1] ?? []),
    memory(
      'largest-server',
      servers.flatMap(({ rssBytes }) => rssBytes),
    ),
    {
      id: 'tasks-in-flight-lost',
      what: 'the same: tasks that were lost, or whose result did not come',
      // What was never acknowledged counts as well.
      value: Math.max(loss.numerator, tasks - availability.numerator),
      unit: 'tasks',
      bound: { atMost: 0 },
      details,
    },
  ];
}

/** From a task's acknowledgement until its client has its result. */
async function mostInFlight(eventsPath: string): Promise<number> {
  const events = await eventsOf(eventsPath, ['task-created', 'operation']);
  const endUs = new Map<string, number>();
  for (const event of events) if (event.type === 'operation') endUs.set(event.opId, event.endUs);
  const spans = events.flatMap((event) =>
    event.type === 'task-created'
      ? [{ fromUs: event.atUs, toUs: endUs.get(event.opId) ?? Number.POSITIVE_INFINITY }]
      : [],
  );
  return mostAtOnce(spans);
}
