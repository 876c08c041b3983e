import type { Scenario } from '../../scenario/index.ts';

/** When the first fault is due, in microseconds of the run's clock; infinite without one. */
export function quietUntil(scenario: Scenario) {
  const firstMs = Math.min(...scenario.faults.map((fault) => fault.atMs));
  return {
    beginUs: 0,
    get endUs() {
      return this.beginUs + firstMs * 1000;
    },
  };
}
