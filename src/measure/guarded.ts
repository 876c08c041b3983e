import { messageOf } from '../core/index.ts';
import type { Collector } from './collector.ts';

/** What could not be measured because its measure broke off, and why. Nothing of it may pass. */
export type Unmeasured = Map<string, string>;

/** The same for a measure that is made of others' results. */
export function attempted<R>(
  measures: readonly string[],
  unmeasured: Unmeasured,
  compute: () => R,
  otherwise: R,
): R {
  try {
    return compute();
  } catch (error) {
    markUnmeasured(measures, unmeasured, error);
    return otherwise;
  }
}

function markUnmeasured(measures: readonly string[], unmeasured: Unmeasured, error: unknown): void {
  for (const name of measures) unmeasured.set(name, `its measure broke off: ${messageOf(error)}`);
}

/**
 * A collector whose failure is its own: when it throws, what it measures becomes unmeasured, and the others go on.
 * Its result is then that of one that has seen nothing.
 * @param measures the names of what it measures, in `Metrics`, `Series` or `completeness`.
 */
export function guarded<R>(
  measures: readonly string[],
  unmeasured: Unmeasured,
  make: () => Collector<R>,
): Collector<R> {
  let inner: Collector<R> | undefined = make();
  const breakOff = (error: unknown) => {
    inner = undefined;
    markUnmeasured(measures, unmeasured, error);
  };
  return {
    ...(inner.types === undefined ? {} : { types: inner.types }),
    see(event) {
      try {
        inner?.see(event);
      } catch (error) {
        breakOff(error);
      }
    },
    result() {
      try {
        if (inner) return inner.result();
      } catch (error) {
        breakOff(error);
      }
      return make().result();
    },
  };
}
