import { formatDurationMs } from '../core/index.ts';
import { type BoundableMetric, type MetricUnit, type Threshold, unitOf } from '../scenario/index.ts';

/** Numbers of checks as people read them. */

export function formatValue(unit: MetricUnit, value: number): string {
  switch (unit) {
    case 'share':
      return `${Number((value * 100).toPrecision(4))} %`;
    case 'ms':
      return formatDurationMs(value);
    case 'ratio':
      return value.toFixed(2);
    case 'mb':
      return `${Number(value.toPrecision(3))} MB`;
  }
}

/** `0`, `<= 5 %`, `>= 90 %`, `20 % to 47 %`. */
export function formatBound(name: BoundableMetric, { min, max }: Threshold): string {
  const format = (value: number) => formatValue(unitOf(name), value);
  if (min !== undefined && max !== undefined)
    return min === max ? format(min) : `${format(min)} to ${format(max)}`;
  if (max !== undefined) return max === 0 ? '0' : `<= ${format(max)}`;
  return min === undefined ? '' : `>= ${format(min)}`;
}
