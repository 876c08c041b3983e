import type { StopSignal } from '../core/index.ts';

/** The signal of a caller as the SDKs take one; it follows the caller's until it is disposed of. */
export function follow(signal: StopSignal): Disposable & { signal: AbortSignal } {
  const controller = new AbortController();
  const abort = () => controller.abort(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  return { signal: controller.signal, [Symbol.dispose]: () => signal.removeEventListener('abort', abort) };
}
