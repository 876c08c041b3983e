/**
 * Ctrl-C once: the returned signal aborts, and the run ends cleanly. Twice: `atOnce` is called, which must
 * end the process; what it leaves is taken down by the warden.
 */
export function interruptible(atOnce: () => void): Disposable & { signal: AbortSignal } {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) atOnce();
    else controller.abort();
  };
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) process.on(name, onSignal);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const name of names) process.off(name, onSignal);
    },
  };
}
