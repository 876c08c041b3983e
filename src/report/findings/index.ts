// Findings: what the numbers of an experiment say, in words; shared by all reports.
// Nothing here judges: verdicts come with the results.
export { answer, headline } from './answer.ts';
export {
  type Expectation,
  expectationNote,
  expectationOf,
  verdictOf,
  verdictSummary,
} from './expectation.ts';
export {
  type Cell,
  type DeploymentView,
  type Experiment,
  experimentOf,
  type ScenarioView,
} from './experiment.ts';
export {
  bytes,
  count,
  duration,
  instant,
  intervalText,
  listOf,
  percent,
  plain,
  plural,
  range,
  truncate,
} from './format.ts';
export { isApplicable, type Loss, lossOf, noSessionsAtAll, type Pooled, pool, valuesOf } from './losses.ts';
export type { NumberCell } from './number-cells.ts';
export { type NumberRow, numberRows } from './numbers.ts';
