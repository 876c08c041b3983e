// Entry of the balancer process. It has its settings in argv and takes orders over a line to the harness (an IPC
// channel, or stdin and stdout in a container); it ends when that ends, which it does however the harness ends.
import { exitCodes, messageOf, systemClock, unreachable } from '../../core/index.ts';
import { ndjsonWriter, type RunEvent } from '../../record/index.ts';
import { endProbeSession, probeMcp, sessionEndTimeoutMs } from '../mcp-probe.ts';
import { answersGet, type ReadyOutcome } from '../ready-when.ts';
import { balancerServer } from './balancer-server.ts';
import { harnessLine } from './harness-line.ts';
import type { BalancerSettings, NumberedOrder, OrderDone } from './messages.ts';
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
const pool = upstreamPool(settings.limits.connectTimeoutMs, (upstreams) => {
  policy.upstreamsChanged(upstreams);
  const names = upstreams.map((upstream) => upstream.replica);
  events.write({ type: 'upstreams-changed', atUs: clock.nowUs(), upstreams: names });
});
const harness = harnessLine();
const server = balancerServer({ pool, policy, clock, events, limits: settings.limits });

server.listen(settings.listen, (port) => harness.report({ report: 'listening', port }));
harness.onEnd(stop);
harness.onOrder((order) => {
  obey(order)
    .then((done) => harness.report({ report: 'done', id: order.id, ...done }))
    .catch((error) => harness.report({ report: 'failed', id: order.id, message: messageOf(error) }));
});

async function obey(order: NumberedOrder): Promise<OrderDone> {
  switch (order.order) {
    case 'add':
      pool.add(order.replica, order.url);
      return {};
    case 'remove':
      pool.remove(order.replica);
      return {};
    case 'drained':
      return { left: await pool.drained(order.replica, order.timeoutMs) };
    case 'probe':
      return { probed: await probe(order) };
    case 'stop':
      stop();
      return {};
    default:
      return unreachable(order);
  }
}

/** From where the clients' requests will come. */
async function probe(order: Extract<NumberedOrder, { order: 'probe' }>): Promise<ReadyOutcome> {
  const { url, protocol, readyPath, timeoutMs } = order;
  // As a client of the balancer names the server; one that guards against DNS rebinding asks for that.
  const access = { headers: { ...order.headers, host: `127.0.0.1:${new URL(url).port}` } };
  if (readyPath !== undefined) return answersGet(url, readyPath, AbortSignal.timeout(timeoutMs), access);
  const outcome = await probeMcp(url, protocol, AbortSignal.timeout(timeoutMs), access);
  if (outcome.ready && outcome.sessionId !== undefined) {
    await endProbeSession(url, outcome.sessionId, AbortSignal.timeout(sessionEndTimeoutMs), access);
  }
  return outcome;
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
