/**
 * What a wait listens to, to end before its time. Every AbortSignal is one.
 *
 * The load generator uses `StopSource` instead of an AbortController: it makes one for each call, and has
 * thousands of waits on one run. An AbortController with a timer and a listener costs about 8 µs, as much as
 * the call itself, and the listeners of an AbortSignal are a list that is walked at every change.
 */
export interface StopSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Stops what listens to it, once. Listeners are called in the order in which they came. */
export class StopSource implements StopSignal {
  aborted = false;
  reason: unknown = undefined;
  /** Most have one listener at a time; only what has more needs a set. */
  #only: (() => void) | undefined;
  #listeners: Set<() => void> | undefined;

  addEventListener(_type: 'abort', listener: () => void): void {
    if (this.#listeners === undefined && this.#only === undefined) {
      this.#only = listener;
      return;
    }
    this.#listeners ??= new Set(this.#only === undefined ? [] : [this.#only]);
    this.#only = undefined;
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    if (this.#only === listener) this.#only = undefined;
    else this.#listeners?.delete(listener);
  }

  abort(reason?: unknown): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.#only?.();
    for (const listener of this.#listeners ?? []) listener();
    this.#only = undefined;
    this.#listeners = undefined;
  }
}

/** Stops after a time, or when its parent does, with the parent's reason. To be disposed of when it is not needed. */
export class TimeLimit extends StopSource implements Disposable {
  readonly #parent: StopSignal;
  readonly #onParent: () => void;
  readonly #timer: NodeJS.Timeout;

  /** @param ms from now; 0 or less stops at the next turn of the event loop. At most 2^31 - 1. */
  constructor(parent: StopSignal, ms: number) {
    super();
    this.#parent = parent;
    this.#onParent = () => this.abort(parent.reason);
    this.#timer = setTimeout(stop, Math.min(ms, 0x7fff_ffff), this);
    if (parent.aborted) this.abort(parent.reason);
    else parent.addEventListener('abort', this.#onParent);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#parent.removeEventListener('abort', this.#onParent);
  }
}

function stop(limit: TimeLimit): void {
  limit.abort();
}

/** Never stops anything. */
export const neverStops: StopSignal = new StopSource();

/** For those that take an AbortSignal only (fetch, an SDK). */
export function toAbortSignal(stop: StopSignal): AbortSignal {
  if (stop instanceof AbortSignal) return stop;
  const controller = new AbortController();
  if (stop.aborted) controller.abort(stop.reason);
  else stop.addEventListener('abort', () => controller.abort(stop.reason), { once: true });
  return controller.signal;
}
