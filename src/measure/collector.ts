import type { RunEvent } from '../record/index.ts';

/** One measure in the making: sees every event of a run once, in the order of the file, then says its result. */
export interface Collector<Result> {
  see(event: RunEvent): void;
  result(): Result;
}
