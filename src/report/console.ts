import { wrap } from '../core/index.ts';
import type { Results, RunResult } from '../verdict/index.ts';
import { type Paint, painter } from './console/paint.ts';
import { renderTable } from './console/table.ts';

import {
  answer,
  type Cell,
  comparisonLines,
  expectationNote,
  experimentOf,
  headline,
  type NumberCell,
  type NumberRow,
  numberRows,
  plain,
  type ScenarioView,
  sentence,
  truncate,
  verdictOf,
} from './findings/index.ts';

export interface ConsoleOptions {
  colour: boolean;
  /** Of the terminal; no line is longer, down to 40. */
  columns: number;
}

/** What fits a terminal, by the row's id in the table of all numbers. */
const rowLabels = {
  task_loss: 'tasks lost',
  session_loss: 'sessions lost',
  state_loss: 'state lost',
  lost_update: 'updates lost',
  duplicate_execution: 'executed twice',
  availability: 'first attempts',
  'availability.recovered': 'after recovery',
  'latency_ms.p50': 'latency p50',
  'latency_ms.p99': 'latency p99',
  recovery_ms: 'recovery',
  result_retention: 'forgotten early',
  repeated_work_ms: 'work done again',
  polls_per_task: 'polls per task',
  'commit_to_known_ms.p99': 'commit to known',
} as const;

const legend =
  "first attempts, after recovery: operations ok within their deadline, without and with the client's own retries. " +
  '(expected): the scenario had declared this loss before the run, and its check passed.';

const messageCharactersMax = 300;

/** The whole experiment as text; a table per scenario, split where the deployments do not fit side by side. */
export function renderConsole(results: Results, options: ConsoleOptions): string {
  const columns = Math.max(40, Math.floor(options.columns) || 100);
  const paint = painter(options.colour);
  const experiment = experimentOf(results);
  const lines: string[] = [];
  if (results.cutShort !== undefined) {
    lines.push(...wrap(`Cut short: ${plain(results.cutShort)}`, columns).map(paint.unknown), '');
  }
  for (const scenario of experiment.scenarios) {
    const compared = comparisonLines(results.comparisons, scenario.name);
    lines.push(...scenarioLines(scenario, columns, paint));
    lines.push(...compared.flatMap((line) => ['', ...wrap(line, columns, '  ')]), '');
  }
  lines.push(...wrap(legend, columns).map(paint.quiet));
  if (experiment.repeats > 1) {
    const repeats = `${experiment.repeats} repeats: counts are added, everything else is the range from the lowest to the highest run.`;
    lines.push(...wrap(repeats, columns).map(paint.quiet));
  }
  lines.push('');
  if (experiment.scenarios.length > 1) lines.push(...wrap(plain(`${headline(experiment)}.`), columns));
  lines.push(...overall(results, columns, paint));
  return `${lines.join('\n')}\n`;
}

function overall({ verdict, runs }: Results, columns: number, paint: Paint): string[] {
  const checks = runs.flatMap((run) => run.checks);
  const by = (wanted: string) => checks.filter((check) => check.verdict === wanted).length;
  const words = `${checks.length} checks: ${by('pass')} pass, ${by('fail')} fail, ${by('unknown')} unknown`;
  const word = verdictWord(verdict);
  const [first = '', ...rest] = wrap(words, columns - word.length - 2);
  return [`${paint.verdict(verdict, word)}  ${first}`, ...rest];
}

function scenarioLines(scenario: ScenarioView, columns: number, paint: Paint): string[] {
  const title = wrap(plain(`${scenario.name}: ${scenario.question}`), columns).map(paint.strong);
  const rows = numberRows(scenario.cells).filter((row) => row.id in rowLabels);
  const table = renderTable({
    columns,
    names: scenario.cells.map((cell) => plain(cell.deployment.name)),
    rows: [
      ...rows.map((row) => ({
        label: rowLabels[row.id as keyof typeof rowLabels],
        cells: row.cells.map((number, i) => {
          const note = noteOf(row, scenario.cells[i], number);
          const text = note === '' ? number.text : `${number.text} (${note})`;
          return { text, paint: number.tone === 'lost' ? paint.lost : paint.as };
        }),
      })),
      {
        label: 'verdict',
        cells: scenario.cells.map(({ runs }) => {
          const verdict = verdictOf(runs);
          const text = runs.length === 0 ? 'not run' : verdictWord(verdict);
          return { text, paint: (padded: string) => paint.verdict(verdict, padded) };
        }),
      },
    ],
    quiet: paint.quiet,
    strong: paint.strong,
  });
  const notes = [...reasonLines(scenario.cells, rows), ...warningLines(scenario.cells)];
  const below = [
    ...checkLines(scenario.cells, columns, paint),
    ...notes.flatMap((note) => wrap(note, columns, '  ')).map(paint.quiet),
  ];
  return [
    ...title,
    ...wrap(plain(answer(scenario.cells)), columns),
    '',
    ...table,
    ...(below.length > 0 ? ['', ...below] : []),
  ];
}

const lossRows = [
  'session_loss',
  'state_loss',
  'lost_update',
  'duplicate_execution',
  'task_loss',
  'result_retention',
];

function noteOf({ id }: NumberRow, cell: Cell | undefined, number: NumberCell): string {
  if (!cell || !lossRows.includes(id) || cell.runs.length === 0) return '';
  return expectationNote(cell, id, number.tone === 'lost');
}

function verdictWord(verdict: RunResult['verdict']): string {
  return verdict === 'fail' ? 'FAIL' : verdict;
}

/** Every check that did not pass, with what was seen, what was allowed and why. */
function checkLines(cells: Cell[], columns: number, paint: Paint): string[] {
  return cells.flatMap(({ runs, deployment }) =>
    runs.flatMap((run) =>
      run.checks
        .filter((check) => check.verdict !== 'pass')
        .flatMap((check) => {
          const where = `${deployment.name}${runs.length > 1 ? ` #${run.repeat}` : ''}`;
          const reason =
            check.reason === '' ? '' : `. ${sentence(truncate(plain(check.reason), messageCharactersMax))}`;
          const text = plain(`${where}, ${check.id}: ${check.observed}, limit ${check.limit}${reason}`);
          const word = verdictWord(check.verdict).padEnd(8);
          const [first = '', ...rest] = wrap(text, columns - 8);
          return [
            `${paint.verdict(check.verdict, word)}${first}`,
            ...rest.map((line) => `${' '.repeat(8)}${line}`),
          ];
        }),
    ),
  );
}

/** Why something is "n/a" in the table; the same reason is given once. */
function reasonLines(cells: Cell[], rows: NumberRow[]): string[] {
  const byReason = new Map<string, Set<string>>();
  for (const row of rows) {
    row.cells.forEach((number, i) => {
      const [reason] = number.details;
      if (number.text !== 'n/a' || !reason) return;
      const key = `n/a, ${rowLabels[row.id as keyof typeof rowLabels]}: ${plain(reason)}`;
      byReason.set(key, (byReason.get(key) ?? new Set()).add(plain(cells[i]?.deployment.name ?? '')));
    });
  }
  return [...byReason].map(([text, names]) => `${text} (${[...names].join(', ')})`);
}

function warningLines(cells: Cell[]): string[] {
  return cells.flatMap(({ runs, deployment }) =>
    runs.flatMap((run) =>
      run.warnings.map(
        (warning) => `warning, ${plain(deployment.name)}: ${truncate(plain(warning), messageCharactersMax)}`,
      ),
    ),
  );
}
