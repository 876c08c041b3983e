import type { ChildProcess } from 'node:child_process';
import { childEnd, HarnessError, interrupted } from '../../core/index.ts';
import type { ProcessGuard } from '../warden.ts';
import type { BalancerOrder, BalancerReport } from './messages.ts';

/** The harness's end of the balancer process: orders and their acknowledgements, its output, its end. */
export interface BalancerProcess {
  /** Resolves to the port. */
  listening(timeoutMs: number, signal: AbortSignal): Promise<number>;
  /** Resolves when the order has taken effect; to the number the balancer reports. */
  order(order: BalancerOrder, timeoutMs: number): Promise<number>;
  /** Ends it: by `stop`, after `timeoutMs` by SIGKILL. Resolves when it is gone. */
  stop(timeoutMs: number): Promise<void>;
  /** Rejects when it ends without having been asked to. */
  readonly broken: Promise<never>;
}

interface Waiter {
  resolve(value: number): void;
  reject(error: HarnessError): void;
}

export function balancerProcess(child: ChildProcess, guard: ProcessGuard): BalancerProcess {
  /** By the order's id; 0 is the wait for the port. */
  const waiting = new Map<number, Waiter>();
  const end = childEnd(child, 'the balancer process', guard);
  let lastId = 0;

  child.on('message', (message) => {
    const report = message as BalancerReport;
    const id = report.report === 'listening' ? 0 : report.id;
    const waiter = waiting.get(id);
    if (report.report === 'failed') waiter?.reject(new HarnessError('internal', report.message));
    else waiter?.resolve(report.report === 'listening' ? report.port : report.left);
  });
  void end.gone.then((error) => {
    for (const waiter of waiting.values()) waiter.reject(error);
  });

  /** Every wait ends: with the report, the process, the signal, or the time. */
  const report = (id: number, timeoutMs: number, signal?: AbortSignal) =>
    new Promise<number>((resolve, reject) => {
      const settle = (action: () => void) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        waiting.delete(id);
        action();
      };
      const waiter: Waiter = {
        resolve: (value) => settle(() => resolve(value)),
        reject: (error) => settle(() => reject(error)),
      };
      const onAbort = () => waiter.reject(interrupted(signal));
      const timer = setTimeout(() => {
        waiter.reject(new HarnessError('internal', `the balancer was silent for ${timeoutMs} ms`));
      }, timeoutMs);
      signal?.addEventListener('abort', onAbort, { once: true });
      waiting.set(id, waiter);
    });

  return {
    broken: end.broken,
    listening: (timeoutMs, signal) => report(0, timeoutMs, signal),
    async order(order, timeoutMs) {
      if (!child.connected) throw await end.gone;
      const id = ++lastId;
      const done = report(id, timeoutMs);
      // A channel that broke in this moment: the process's end rejects the wait.
      child.send({ ...order, id }, () => {});
      return done;
    },
    async stop(timeoutMs) {
      end.expect();
      if (child.connected) child.send({ order: 'stop', id: 0 }, () => {});
      const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
      await end.gone;
      clearTimeout(timer);
    },
  };
}
