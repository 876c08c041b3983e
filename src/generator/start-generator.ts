import { fork } from 'node:child_process';
import { type ChildGuard, childEnd, childEntry, HarnessError, interrupted } from '../core/index.ts';
import type { Counts, GeneratorOrder, GeneratorReport, GeneratorTask, Start } from './messages.ts';

export interface GeneratorOptions extends GeneratorTask {
  guard: ChildGuard & { protect(pid: number): void };
  /** Called a few times a second while it runs. */
  onCounts(counts: Counts): void;
}

/** The load of one run, ready to begin. */
export interface Generator extends AsyncDisposable {
  readonly pid: number;
  /** Resolves when the last client has left and all it recorded is on disk; soon after `signal` aborts. */
  run(start: Start, signal: AbortSignal): Promise<void>;
}

const startTimeoutMs = 20_000;
/** Between `stop` and the clients' last words, before it is killed. */
const stopTimeoutMs = 5_000;

/**
 * Starts the generator process and its threads, so that nothing has to be loaded when the workload begins.
 *
 * @throws HarnessError `internal` when it cannot be started, `interrupted` when `signal` aborts first.
 */
export async function startGenerator(options: GeneratorOptions, signal: AbortSignal): Promise<Generator> {
  if (signal.aborted) throw interrupted(signal);
  const { guard, onCounts, ...task } = options;
  const child = fork(childEntry(import.meta.url, './main'), [], {
    // Ctrl-C in the terminal must not reach it before the run has ended.
    detached: true,
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const end = childEnd(child, 'the load generator process', guard);
  if (child.pid !== undefined) guard.protect(child.pid);
  const order = (one: GeneratorOrder) => {
    if (child.connected) child.send(one, () => {});
  };
  /** Resolves with this report; rejects if it fails or ends first. */
  const untilReport = (wanted: 'ready' | 'done') =>
    new Promise<void>((resolve, reject) => {
      child.on('message', (message) => {
        const report = message as GeneratorReport;
        if (report.report === wanted) resolve();
        else if (report.report === 'failed') reject(new HarnessError('internal', report.message));
      });
      void end.gone.then(reject);
    });
  const stop = async () => {
    end.expect();
    // Not `disconnect`: after that, Node tells no more of the process's end.
    order({ order: 'end' });
    const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
    await end.gone;
    clearTimeout(timer);
  };

  child.on('message', (message) => {
    const report = message as GeneratorReport;
    if (report.report === 'counts') onCounts(report.counts);
  });
  const done = untilReport('done');
  done.catch(() => {});
  try {
    const ready = untilReport('ready');
    order({ order: 'prepare', task });
    await within(ready, startTimeoutMs, signal);
  } catch (error) {
    child.kill('SIGKILL');
    await stop();
    throw error;
  }
  return {
    pid: child.pid ?? 0,
    async run(start, stopped) {
      const onStop = () => order({ order: 'stop' });
      stopped.addEventListener('abort', onStop, { once: true });
      order({ order: 'begin', start });
      if (stopped.aborted) onStop();
      try {
        await done;
      } finally {
        stopped.removeEventListener('abort', onStop);
      }
    },
    [Symbol.asyncDispose]: stop,
  };
}

function within(work: Promise<void>, timeoutMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new HarnessError('internal', `the load generator was not ready within ${timeoutMs} ms`));
    }, timeoutMs);
    const onAbort = () => reject(interrupted(signal));
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    });
  });
}
