import type { Surveyed } from './page.ts';
import {
  type Backend,
  type FaultName,
  faults,
  isWithin,
  type Routing,
  replicas,
  routings,
  type Survived,
  sessions,
} from './runs.ts';
import { type Column, percent, table } from './words.ts';

/** Sessions that were lost, processes and containers one below the other, and what theory says of each column. */

interface Row {
  server: string;
  backend: Backend | 'theory';
  cell(scenario: FaultName, routing: Routing): string;
}

const columns = Object.keys(faults).flatMap((scenario) =>
  routings.map((routing) => ({ scenario: scenario as FaultName, routing })),
);

export function survivalTable(surveyed: readonly Surveyed[]): string[] {
  const theory: Row = {
    server: '*theory*',
    backend: 'theory',
    cell: (scenario, routing) => `${expectedLost(scenario, routing)} of ${sessions}`,
  };
  const rows = [theory, ...surveyed.flatMap(rowsOf)];
  return table(rows, [
    ['server', ({ server }) => server],
    ['as', ({ backend }) => ({ process: 'processes', container: 'containers', theory: '' })[backend]],
    ...columns
      .toSorted((a, b) => routings.indexOf(a.routing) - routings.indexOf(b.routing))
      .map(
        ({ scenario, routing }): Column<Row> => [
          `${scenario}, ${routing}`,
          ({ cell }) => cell(scenario, routing),
        ],
      ),
  ]);
}

function rowsOf({ subject, survived }: Surveyed): Row[] {
  const rowOf = (backend: Backend): Row => ({
    server: `**${subject.name}**`,
    backend,
    cell: (scenario, routing) => survivalOf(find(survived, { backend, scenario, routing })),
  });
  if (!('not' in subject.contained)) return [rowOf('process'), rowOf('container')];
  const { not } = subject.contained;
  return [rowOf('process'), { ...rowOf('container'), cell: () => `not run: ${not}` }];
}

function find(survived: readonly Survived[], wanted: Pick<Survived, 'backend' | 'scenario' | 'routing'>) {
  return survived.find(
    ({ backend, scenario, routing }) =>
      backend === wanted.backend && scenario === wanted.scenario && routing === wanted.routing,
  );
}

/**
 * Under rotation a session survives k calls with (1/N)^k. With affinity every session is lost in a rolling restart, those
 * of one replica in a crash (rotation gave each the same number), none when others join.
 */
function expectedLost(scenario: FaultName, routing: Routing): number {
  if (routing === 'round-robin' || scenario === 'rolling-restart') return sessions;
  return scenario === 'crash' ? sessions / replicas : 0;
}

function survivalOf(one: Survived | undefined): string {
  if (one === undefined) return 'not run';
  const lost = one.lost === null ? 'no sessions' : `${one.lost.numerator} of ${one.lost.denominator}`;
  const main = `${lost}; ${percent(one.available)}, ${percent(one.recovered)}`;
  if (one.scenario === 'rolling-restart') return `${main}<br>${faultOf(one)}`;
  return isWithin(one) ? main : `${main}<br>**${faultOf(one)}**`;
}

function faultOf(one: Survived): string {
  const seconds = (ms: number) => (ms / 1000).toFixed(1);
  const { startMs, endMs } = one.fault;
  const whole = `of ${seconds(one.durationMs)} s`;
  if (endMs === null) return `begun at ${seconds(startMs)} s and not over within the run ${whole}`;
  const late = isWithin(one) ? '' : ', too late for all to be asked after it';
  const killed =
    one.scenario === 'rolling-restart' && one.killed > 0 ? `; ${one.killed} of ${replicas} killed` : '';
  return `from ${seconds(startMs)} to ${seconds(endMs)} s ${whole}${late}${killed}`;
}

/** Where a count is not what theory fixes, or says that there are none. */
export function departures(surveyed: readonly Surveyed[]): string[] {
  const counted = surveyed.flatMap(({ subject, survived }) => survived.map((one) => ({ subject, one })));
  const others = counted.filter(
    ({ one }) =>
      one.lost?.numerator !== expectedLost(one.scenario, one.routing) || one.lost.denominator !== sessions,
  );
  if (others.length === 0)
    return [`All ${counted.length} counts are those of theory, and so the same in processes and containers.`];
  return [
    `${counted.length - others.length} of ${counted.length} counts are those of theory. The others:`,
    '',
    ...others.map(({ subject, one }) => {
      const { scenario, routing, backend, lost } = one;
      const seen = lost === null ? 'no sessions' : `${lost.numerator} of ${lost.denominator}`;
      return `- ${subject.name}, ${backend}, ${scenario}, ${routing}: ${seen}, where theory says ${expectedLost(scenario, routing)} of ${sessions}`;
    }),
  ];
}
