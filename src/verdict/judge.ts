import { messageOf } from '../core/index.ts';
import type { Measured } from '../measure/index.ts';
import type { ReadStats } from '../record/index.ts';
import type { RunSpec } from '../scenario/index.ts';
import type { Check, Prediction, RunResult, Verdict } from './results.ts';
import { judgeReplicas, judgeSoundness, soundnessWarnings } from './soundness.ts';
import { predict } from './theory/index.ts';
import { judgeThresholds } from './thresholds.ts';

/** Judges one measured run. `torn` says how the reading of its records went. */
export function judgeRun(spec: RunSpec, measured: Measured, torn: ReadStats): RunResult {
  const { metrics, series, evidence } = measured;
  const { predictions, warnings } = predicted(spec, measured);
  const conduct = [
    ...judgeThresholds(spec.scenario, spec.deployment.name, measured),
    ...judgeReplicas(measured),
  ];
  if (conduct.length === 0) conduct.push(nothingExpected);
  const soundness = judgeSoundness(spec.scenario, measured, torn);
  const sound = soundness.every((check) => check.verdict === 'pass');
  return {
    scenario: spec.scenario.name,
    deployment: spec.deployment.name,
    repeat: spec.repeat,
    folder: spec.folder,
    ended: measured.completeness.ended ?? 'killed',
    metrics,
    checks: [...conduct, ...soundness],
    predictions: predictions.map((one) => doubted(one, sound, measured.unmeasured)),
    // What an unsound record seems to show, good or bad, is no verdict.
    verdict: sound ? worst(conduct.map((check) => check.verdict)) : 'unknown',
    warnings: [...soundnessWarnings(measured), ...warnings],
    series,
    evidence,
  };
}

/** Without it the verdict would be unknown and nothing would say why. */
const nothingExpected: Check = {
  id: 'something-expected',
  verdict: 'unknown',
  observed: 'nothing',
  limit: 'a threshold that applies',
  reason: 'the scenario expects nothing of this deployment; say what under `expect`',
};

/** Arithmetic that breaks off predicts nothing, and takes no verdict with it. */
function predicted(spec: RunSpec, measured: Measured): Pick<RunResult, 'predictions' | 'warnings'> {
  try {
    return { predictions: predict({ ...spec, ...measured }), warnings: [] };
  } catch (error) {
    return { predictions: [], warnings: [`What theory predicts is unknown: ${messageOf(error)}`] };
  }
}

/** What an unsound record seems to show proves and contradicts nothing; what rests on a broken measure says nothing. */
function doubted(one: Prediction, sound: boolean, unmeasured: Measured['unmeasured']): Prediction {
  const reason = unmeasured.facts ?? unmeasured[one.metric.split('.')[0] ?? ''];
  if (reason !== undefined) return { ...one, verdict: 'unknown', reason };
  return sound ? one : { ...one, verdict: 'unknown', reason: 'the record is unsound' };
}

/** `fail` before `unknown` before `pass`; nothing judged is `unknown`. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('fail')) return 'fail';
  if (verdicts.length === 0 || verdicts.includes('unknown')) return 'unknown';
  return 'pass';
}
