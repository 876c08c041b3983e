/**
 * Ctrl-C once: the returned signal aborts, and the run ends cleanly. Twice: `atOnce` is called, which must
 * end the process; what it leaves is taken down by the warden. It listens until the process has ended: a signal that
 * comes when all is written must not turn the exit code into the signal's.
 */
export function interruptible(atOnce: () => void): AbortSignal {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) atOnce();
    else controller.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);
  return controller.signal;
}
