import { build, type Histogram } from 'hdr-histogram-js';
import type { Distribution } from './metrics.ts';

/** Latencies in an HdrHistogram: microseconds in, milliseconds out, 3 significant digits, up to an hour. */
export interface LatencyHistogram {
  record(us: number): void;
  distribution(): Distribution;
  /** Milliseconds at a percentile (0 to 100); 0 when nothing was recorded. */
  at(percentile: number): number;
}

const maxUs = 3_600_000_000;

export function latencyHistogram(): LatencyHistogram {
  const histogram: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: maxUs,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 32,
    useWebAssembly: false,
  });
  let count = 0;
  // A percentile is the upper end of its bucket, which may lie above all that was recorded.
  const at = (percentile: number) =>
    count === 0 ? 0 : Math.min(histogram.getValueAtPercentile(percentile), histogram.maxValue) / 1000;
  return {
    record(us) {
      count += 1;
      histogram.recordValue(Math.min(Math.max(1, Math.round(us)), maxUs));
    },
    at,
    distribution: () =>
      count === 0
        ? { count, p50: null, p90: null, p99: null, p999: null, max: null }
        : { count, p50: at(50), p90: at(90), p99: at(99), p999: at(99.9), max: histogram.maxValue / 1000 },
  };
}
