import type { Comparison } from '../../verdict/index.ts';
import { plain } from './format.ts';

/** One line for each deployment that has enough runs to be held against the first. */
export function comparisonLines(comparisons: readonly Comparison[], scenario: string): string[] {
  return comparisons
    .filter(
      (comparison) =>
        comparison.scenario === scenario && Math.min(...comparison.runs) >= comparison.runsNeeded,
    )
    .map(({ candidate, baseline, runs, measures, verdict, reason }) => {
      const differences = measures.map(differenceOf).filter((text) => text !== '');
      const words = {
        'no-difference': 'no difference',
        difference: differences.join('; '),
        unknown: `unknown: ${reason}`,
      }[verdict];
      return plain(`${candidate} against ${baseline}, ${Math.min(...runs)} runs a side: ${words}`);
    });
}

function differenceOf(measure: Comparison['measures'][number]): string {
  if (measure.kind === 'count') {
    const { metric, baseline, candidate, verdict } = measure;
    if (verdict === 'same') return '';
    return `${metric} ${candidate.numerator} of ${candidate.denominator}, not ${baseline.numerator} of ${baseline.denominator}`;
  }
  const { metric, ratio, interval, pValue, verdict } = measure;
  if (ratio === null || interval === null || pValue === null) return '';
  if (verdict !== 'regression' && verdict !== 'improvement') return '';
  const [low, high] = interval.map((value) => value.toFixed(2));
  return `${metric} ${verdict}, ${ratio.toFixed(2)} × (95 % interval ${low} to ${high}, p = ${pValue.toPrecision(2)})`;
}
