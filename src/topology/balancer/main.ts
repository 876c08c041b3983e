// Entry of the balancer process. It is forked with its settings in argv and an IPC channel for orders, and
// ends when that channel ends, which it does however the harness ends.
import { exitCodes, messageOf, systemClock, unreachable } from '../../core/index.ts';
import { ndjsonWriter, type RunEvent } from '../../record/index.ts';
import { balancerServer } from './balancer-server.ts';
import type { BalancerReport, BalancerSettings, NumberedOrder } from './messages.ts';
import { routingPolicy } from './routing.ts';
import { type Upstream, upstreamPool } from './upstream-pool.ts';

/** How long requests under way may take to be cut off and recorded. */
const stopTimeoutMs = 500;

const settings = JSON.parse(process.argv[2] ?? '{}') as BalancerSettings;
const clock = systemClock(settings.epochUs);
const events = ndjsonWriter<RunEvent>(settings.eventsPath, {
  flushMs: 100,
  // A balancer that leaves no record is of no use; its last words tell the harness why.
  onBroken: (error) => {
    process.stderr.write(`${messageOf(error)}\n`, () => process.exit(exitCodes.internal));
  },
});
const policy = routingPolicy<Upstream>(settings.routing);
const pool = upstreamPool((upstreams) => {
  policy.upstreamsChanged(upstreams);
  const names = upstreams.map((upstream) => upstream.replica);
  events.write({ type: 'upstreams-changed', atUs: clock.nowUs(), upstreams: names });
});
const server = balancerServer({ pool, policy, clock, events, limits: settings.limits });

server.listen((port) => report({ report: 'listening', port }));
process.on('disconnect', stop);
process.on('message', (message) => {
  const order = message as NumberedOrder;
  obey(order)
    .then((left) => report({ report: 'done', id: order.id, left }))
    .catch((error) => report({ report: 'failed', id: order.id, message: messageOf(error) }));
});

async function obey(order: NumberedOrder): Promise<number> {
  switch (order.order) {
    case 'add':
      pool.add(order.replica, order.url);
      return 0;
    case 'remove':
      pool.remove(order.replica);
      return 0;
    case 'drained':
      return pool.drained(order.replica, order.timeoutMs);
    case 'stop':
      stop();
      return 0;
    default:
      return unreachable(order);
  }
}

function report(message: BalancerReport): void {
  // The harness may be gone already; then `disconnect` is on the way.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}

/** Cuts off what is under way and ends when that is recorded, which is a few turns of the event loop later. */
function stop(): void {
  server.cutOff();
  setTimeout(end, stopTimeoutMs);
  endWhenIdle();
}

function endWhenIdle(): void {
  if (server.requestCount() === 0) end();
  else setImmediate(endWhenIdle);
}

function end(): void {
  events.close();
  process.exit(0);
}
