// Verdict: pure thresholds and checkers, from measures to verdicts.
// No samples are `unknown`, never `pass`.
export type { Check, Environment, Results, RunResult, Verdict } from './results.ts';
