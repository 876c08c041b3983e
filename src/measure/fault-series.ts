import type { Collector } from './collector.ts';
import type { Series } from './metrics.ts';

/** The faults of a run at their real begin and end. */
export function faultSeries(): Collector<Series['faults']> {
  const faults: { fault: number; name: string; targets: string[]; startUs: number; endUs: number | null }[] =
    [];
  let beginUs = 0;
  return {
    types: ['workload-began', 'fault-began', 'fault-ended'],
    see(event) {
      if (event.type === 'workload-began') beginUs = event.atUs;
      else if (event.type === 'fault-began') {
        const { fault, name, targets, atUs } = event;
        faults.push({ fault, name, targets, startUs: atUs, endUs: null });
      } else if (event.type === 'fault-ended' && event.error === undefined) {
        const begun = faults.find((candidate) => candidate.fault === event.fault);
        if (begun) begun.endUs = event.atUs;
      }
    },
    result: () =>
      faults.map(({ startUs, endUs, ...rest }) => ({
        ...rest,
        startMs: (startUs - beginUs) / 1000,
        endMs: endUs === null ? null : (endUs - beginUs) / 1000,
      })),
  };
}
