// Verdict: pure thresholds and checkers, from measures to verdicts.
// No samples are `unknown`, never `pass`.

export { judgeRun, worst } from './judge.ts';
export type { Check, Prediction, Results, RunResult, Verdict } from './results.ts';
export { soundnessChecks } from './soundness.ts';
