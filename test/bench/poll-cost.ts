import { fileURLToPath } from 'node:url';
import { eventsOf } from './recorded-events.ts';
import { median, type Row } from './rows.ts';
import { wholeRun } from './whole-run.ts';

const rounds = 2;

/** CPU time for each exchange, in microseconds. */
interface Cost {
  generatorUs: number;
  serverUs: number;
  perSecond: number;
}

/** What `tasks/get` costs beside an ordinary call, at the same pace and on the same server. */
export async function benchPollCost(folder: string): Promise<Row[]> {
  const sides = { poll: './polls.yaml', call: './paced-calls.yaml' };
  const seen: Record<keyof typeof sides, Cost[]> = { poll: [], call: [] };
  for (let round = 0; round < rounds; round++) {
    const names = Object.keys(sides) as (keyof typeof sides)[];
    // A B, B A: a drift of the machine hits both alike.
    for (const name of round % 2 === 0 ? names : names.reverse()) {
      seen[name].push(await costOf(sides[name], folder));
    }
  }
  const row = (id: string, what: string, of: 'generatorUs' | 'serverUs'): Row => ({
    id: `poll-cost-${id}`,
    what: `CPU of the ${what} per poll of a task ÷ per ordinary call`,
    value: median(seen.poll.map((cost, i) => cost[of] / (seen.call[i]?.[of] ?? Number.NaN))),
    unit: '×',
    bound: { atMost: 1.2 },
    details: {
      'µs/poll': median(seen.poll.map((cost) => cost[of])),
      'µs/call': median(seen.call.map((cost) => cost[of])),
      'polls/s': median(seen.poll.map(({ perSecond }) => perSecond)),
      'calls/s': median(seen.call.map(({ perSecond }) => perSecond)),
    },
  });
  return [row('generator', 'generator', 'generatorUs'), row('server', 'server', 'serverUs')];
}

async function costOf(scenario: string, folder: string): Promise<Cost> {
  const [path, deployment] = [scenario, './tasks-often-polled.yaml'].map((file) =>
    fileURLToPath(new URL(file, import.meta.url)),
  ) as [string, string];
  const { eventsPath } = await wholeRun([path, '--deployment', deployment], folder);
  const events = await eventsOf(eventsPath, [
    'workload-began',
    'generator-usage',
    'replica-usage',
    'task-seen',
    'operation',
  ]);
  const beganUs = events.find((event) => event.type === 'workload-began')?.atUs ?? Number.NaN;
  // Without the first seconds, in which code is still being compiled, and without the end of the tasks.
  const [fromUs, toUs] = [beganUs + 2_500_000, beganUs + 8_500_000];
  const within = (atUs: number) => atUs >= fromUs && atUs < toUs;
  let exchanges = 0;
  let generatorUs = 0;
  let overUs = 0;
  const server: { atUs: number; cpuUs: number }[] = [];
  for (const event of events) {
    if (event.type === 'task-seen' && within(event.atUs)) exchanges += event.status === 'working' ? 1 : 0;
    if (event.type === 'operation' && within(event.endUs)) exchanges += event.outcome === 'ok' ? 1 : 0;
    if (event.type === 'replica-usage' && within(event.atUs)) server.push(event);
    if (event.type === 'generator-usage' && within(event.atUs)) {
      generatorUs += event.cpuUs;
      overUs += event.overUs;
    }
  }
  const [first, last] = [server[0], server.at(-1)];
  if (exchanges === 0 || overUs === 0 || !first || !last)
    throw new Error(`${scenario} left no record to judge`);
  const perUs = exchanges / (toUs - fromUs);
  return {
    generatorUs: generatorUs / overUs / perUs,
    serverUs: (last.cpuUs - first.cpuUs) / (last.atUs - first.atUs) / perUs,
    perSecond: perUs * 1_000_000,
  };
}
