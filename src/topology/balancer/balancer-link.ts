import { type ChildEnd, HarnessError, interrupted } from '../../core/index.ts';
import type { ReadyOutcome } from '../ready-when.ts';
import type { Balancer } from '../types.ts';
import type { BalancerOrder, BalancerReport, NumberedOrder, OrderDone } from './messages.ts';

/** How orders reach a balancer and its reports come back: an IPC channel, or the standard streams of a container. */
export interface BalancerTransport {
  /** What cannot be sent any more is not: then its end is on the way. */
  send(order: NumberedOrder): void;
  onReport(take: (report: BalancerReport) => void): void;
  kill(): void;
  readonly end: ChildEnd;
}

/** The harness's end of a balancer: orders and their acknowledgements, its end. */
export interface BalancerLink {
  /** Resolves to the port. */
  listening(timeoutMs: number, signal: AbortSignal): Promise<number>;
  /** Resolves when the order has taken effect; to what came of it. */
  order(order: BalancerOrder, timeoutMs: number): Promise<OrderDone>;
  /** Ends it: by `stop`, after `timeoutMs` by SIGKILL. Resolves when it is gone. */
  stop(timeoutMs: number): Promise<void>;
  /** Rejects when it ends without having been asked to. */
  readonly broken: Promise<never>;
}

type Report = OrderDone & { port?: number };

interface Waiter {
  resolve(value: Report): void;
  reject(error: HarnessError): void;
}

export function balancerLink(transport: BalancerTransport): BalancerLink {
  const { end } = transport;
  /** By the order's id; 0 is the wait for the port. */
  const waiting = new Map<number, Waiter>();
  let lastId = 0;
  let gone: HarnessError | undefined;

  transport.onReport((report) => {
    const waiter = waiting.get(report.report === 'listening' ? 0 : report.id);
    if (report.report === 'failed') waiter?.reject(new HarnessError('internal', report.message));
    else waiter?.resolve(report);
  });
  void end.gone.then((error) => {
    gone = error;
    for (const waiter of waiting.values()) waiter.reject(error);
  });

  /** Every wait ends: with the report, the balancer, the signal, or the time. */
  const report = (id: number, timeoutMs: number, signal?: AbortSignal) =>
    new Promise<Report>((resolve, reject) => {
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
    listening: async (timeoutMs, signal) => (await report(0, timeoutMs, signal)).port ?? 0,
    async order(order, timeoutMs) {
      if (gone) throw gone;
      const id = ++lastId;
      const done = report(id, timeoutMs);
      // A line that broke in this moment: the balancer's end rejects the wait.
      transport.send({ ...order, id });
      return done;
    },
    async stop(timeoutMs) {
      end.expect();
      transport.send({ order: 'stop', id: 0 });
      const timer = setTimeout(() => transport.kill(), timeoutMs);
      await end.gone;
      clearTimeout(timer);
    },
  };
}

/** Between an order and its taking effect; a saturated balancer takes its time. */
const orderTimeoutMs = 10_000;
/** Between `stop` and SIGKILL. */
const stopTimeoutMs = 1_000;

/** The balancer of this project, wherever it runs. */
export interface EmbeddedBalancer extends Balancer {
  /** Asks a server whether it is ready, from where the balancer is. */
  probe(order: Omit<Extract<BalancerOrder, { order: 'probe' }>, 'order'>): Promise<ReadyOutcome>;
}

export function balancerOver(link: BalancerLink, entryUrl: string): EmbeddedBalancer {
  return {
    entryUrl,
    broken: link.broken,
    async add(replica, url) {
      await link.order({ order: 'add', replica, url }, orderTimeoutMs);
    },
    async remove(replica) {
      await link.order({ order: 'remove', replica }, orderTimeoutMs);
    },
    async drained(replica, timeoutMs) {
      const done = await link.order({ order: 'drained', replica, timeoutMs }, timeoutMs + orderTimeoutMs);
      return done.left ?? 0;
    },
    async probe(order) {
      const done = await link.order({ order: 'probe', ...order }, order.timeoutMs + orderTimeoutMs);
      return done.probed ?? { ready: false, why: 'the balancer did not say' };
    },
    [Symbol.asyncDispose]: () => link.stop(stopTimeoutMs),
  };
}
