// Findings: what the numbers of an experiment say, in words; shared by all reports.
// Nothing here judges: verdicts come with the results.
export { answer, headline } from './answer.ts';
export { comparisonLines } from './comparisons.ts';
export {
  expectationNote,
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
  percent,
  plain,
  plural,
  range,
  sentence,
  tight,
  truncate,
} from './format.ts';
export { type Loss, lossOf, noSessionsAtAll, valuesOf } from './losses.ts';
export type { NumberCell } from './number-cells.ts';
export { type NumberRow, numberRows } from './numbers.ts';
export { hasTasks, lossKinds, taskCosts, taskTimes } from './task-cells.ts';
