import type { Collector } from './collector.ts';
import { type LatencyHistogram, latencyHistogram } from './histogram.ts';
import type { Availability, Distribution, Series } from './metrics.ts';
import { rate } from './rate.ts';

interface Window {
  intended: number;
  ok: number;
  recovered: number;
  /** Made when the first operation ends ok: a histogram takes about 100 KB. */
  latency?: LatencyHistogram;
}

export interface OperationMeasures {
  availability: Availability;
  latency: Distribution;
  service: Distribution;
  windows: Series['windows'];
  percentiles: Series['percentiles'];
}

/**
 * Windows of a run: a fortieth of it, at least 100 ms (so that one holds enough to be a rate), and 1 s where
 * that makes no more than 240 of them (so that memory does not grow with the run).
 */
export function windowMsFor(durationMs: number): number {
  return Math.max(100, Math.min(1000, durationMs / 40), durationMs / 240);
}

/** Where the percentile curve is drawn, denser towards the tail. */
const curve = [1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 97.5, 99, 99.5, 99.9, 99.95, 99.99, 100];

/**
 * `availability`: operations ok within their deadline ÷ intended operations, those never sent included; first
 * attempts alone, and after the client's own recovery. `latency_ms`: of operations that ended ok, from the
 * intended start (so that a stall is not hidden by the requests it kept from being sent: G. Tene, "How NOT to
 * measure latency", coordinated omission); service time, of the last attempt, beside it.
 *
 * The deadline is kept by the client, which gives an operation up when it passes.
 */
export function operationMeasures(durationMs: number, windowMs: number): Collector<OperationMeasures> {
  const windows: Window[] = Array.from({ length: Math.ceil(durationMs / windowMs) }, () => ({
    intended: 0,
    ok: 0,
    recovered: 0,
  }));
  const latency = latencyHistogram();
  const service = latencyHistogram();
  let beginUs = 0;

  return {
    types: ['workload-began', 'operation'],
    see(event) {
      if (event.type === 'workload-began') beginUs = event.atUs;
      if (event.type !== 'operation') return;
      const index = Math.floor((event.intendedUs - beginUs) / 1000 / windowMs);
      const window = windows[Math.min(Math.max(0, index), windows.length - 1)];
      if (window === undefined) return;
      window.intended += 1;
      if (event.firstOutcome === 'ok') window.ok += 1;
      if (event.outcome !== 'ok') return;
      window.recovered += 1;
      window.latency ??= latencyHistogram();
      window.latency.record(event.endUs - event.intendedUs);
      latency.record(event.endUs - event.intendedUs);
      if (event.serviceUs !== null) service.record(event.serviceUs);
    },
    result() {
      const sum = (pick: (window: Window) => number) =>
        windows.reduce((total, window) => total + pick(window), 0);
      const intended = sum((window) => window.intended);
      return {
        availability: {
          ...rate(
            sum((window) => window.ok),
            intended,
          ),
          recovered: rate(
            sum((window) => window.recovered),
            intended,
          ),
        },
        latency: latency.distribution(),
        service: service.distribution(),
        windows: windows.map((window, i) => ({
          startMs: i * windowMs,
          intended: window.intended,
          ok: window.ok,
          recovered: window.recovered,
          p50Ms: window.latency?.distribution().p50 ?? null,
          p99Ms: window.latency?.distribution().p99 ?? null,
        })),
        percentiles: curve.map((percentile) => ({
          percentile,
          latencyMs: latency.at(percentile),
          serviceMs: service.at(percentile),
        })),
      };
    },
  };
}
