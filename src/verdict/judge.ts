import type { Measured } from '../measure/index.ts';
import type { ReadStats } from '../record/index.ts';
import type { RunSpec } from '../scenario/index.ts';
import type { RunResult, Verdict } from './results.ts';
import { judgeSoundness, soundnessWarnings } from './soundness.ts';
import { predict } from './theory/index.ts';
import { judgeThresholds } from './thresholds.ts';

/** Judges one measured run. `torn` says how the reading of its records went. */
export function judgeRun(spec: RunSpec, measured: Measured, torn: ReadStats): RunResult {
  const { metrics, series, completeness } = measured;
  const thresholds = judgeThresholds(spec.scenario, spec.deployment.name, metrics);
  const soundness = judgeSoundness(spec.scenario, completeness, metrics, torn);
  const sound = soundness.every((check) => check.verdict === 'pass');
  return {
    scenario: spec.scenario.name,
    deployment: spec.deployment.name,
    repeat: spec.repeat,
    folder: spec.folder,
    metrics,
    checks: [...thresholds, ...soundness],
    // What an unsound record seems to show contradicts nothing.
    predictions: predict({ ...spec, ...measured }).map((one) =>
      sound || one.verdict === 'pass' ? one : { ...one, verdict: 'unknown', reason: 'the record is unsound' },
    ),
    // What an unsound record seems to show, good or bad, is no verdict.
    verdict: sound ? worst(thresholds.map((check) => check.verdict)) : 'unknown',
    warnings: soundnessWarnings(metrics),
    series,
  };
}

/** `fail` before `unknown` before `pass`; nothing judged is `unknown`. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('fail')) return 'fail';
  if (verdicts.length === 0 || verdicts.includes('unknown')) return 'unknown';
  return 'pass';
}
