import { EventEmitter, once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import type { RunEvent } from '../../src/record/index.ts';
import { balancerServer } from '../../src/topology/balancer/balancer-server.ts';
import { limitConnect } from '../../src/topology/balancer/connect-timeout.ts';
import { defaultLimits } from '../../src/topology/balancer/passage.ts';
import { routingPolicy } from '../../src/topology/balancer/routing.ts';
import { type Upstream, upstreamPool } from '../../src/topology/balancer/upstream-pool.ts';
import { namedUpstream } from './fixtures/upstream.ts';

const connectTimeoutMs = 20;

/** A balancer in this process, which does nothing else for a while once it has begun to connect to an upstream. */
async function balancerThatIsHeldUp(upstreamUrl: string) {
  const events: RunEvent[] = [];
  const policy = routingPolicy<Upstream>('round-robin');
  const pool = upstreamPool(connectTimeoutMs, (upstreams) => policy.upstreamsChanged(upstreams));
  const server = balancerServer({
    pool,
    clock: systemClock(),
    events: { write: (event) => void events.push(event), flush: () => {}, close: () => {} },
    limits: { ...defaultLimits, connectTimeoutMs },
    policy: {
      ...policy,
      pick(request, refused) {
        // After all that is done at once, and before the event loop looks at what became of the connection.
        setImmediate(() => holdUp(3 * connectTimeoutMs));
        return policy.pick(request, refused);
      },
    },
  });
  pool.add('r1', upstreamUrl);
  const port = await new Promise<number>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve));
  return {
    ...{ url: `http://127.0.0.1:${port}/mcp`, events },
    [Symbol.dispose]() {
      pool.remove('r1');
      server.cutOff();
    },
  };
}

function holdUp(forMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, forMs);
}

// A request that is not canonical, as one with such a header is, goes another way to the same end.
describe.each([
  ['relayed', {}],
  ['by http-proxy', { 'x-odd': 'ö' }],
] as [string, Record<string, string>][])('%s:', (_way, headers) => {
  test('a connection that came about while the balancer was busy is no refusal', async () => {
    await using upstream = await namedUpstream('r1');
    using balancer = await balancerThatIsHeldUp(upstream.url);
    const answer = await fetch(balancer.url, { method: 'POST', headers, body: '{}' });
    expect({ status: answer.status, body: await answer.json() }).toMatchObject({
      status: 200,
      body: { name: 'r1' },
    });
    const routed = balancer.events.filter((event) => event.type === 'routed');
    expect(routed).toMatchObject([{ replica: 'r1', status: 200 }]);
    expect(routed[0]).not.toHaveProperty('refusedBy');
  });
});

/** As much of a socket as is looked at. */
class SilentSocket extends EventEmitter {
  readonly connecting = true;
  destroy(error: Error) {
    this.emit('error', error);
  }
}

test('who stays silent is given up', async () => {
  const socket = new SilentSocket();
  limitConnect(socket as unknown as Socket, connectTimeoutMs);
  expect(await once(socket, 'error')).toMatchObject([{ code: 'ECONNECT_TIMEOUT' }]);
});
