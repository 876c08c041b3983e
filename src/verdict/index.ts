// Verdict: pure thresholds and checkers, from measures to verdicts.
// No samples are `unknown`, never `pass`.

export { compareAll } from './comparison.ts';
export { judgeRun, worst } from './judge.ts';
export { limitWarnings } from './limits.ts';
export type { Check, Comparison, Prediction, Results, RunResult, Verdict } from './results.ts';
export { type SoundnessId, soundnessChecks } from './soundness.ts';
