import { createConnection, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OutcomeUnknown, openStore, type Store } from '../../infra/servers/store/index.ts';
import { redisUrl } from '../../src/core/index.ts';
import { temporaryFolder } from '../support/cli.ts';
import { type TestRedis, testRedis } from '../support/redis.ts';
import { need, redisServer } from '../support/requirements.ts';
import { brief, readLedger } from './ledger-file.ts';
import { servers, startReplica } from './replica.ts';
import { callTool, openSession, sendCall } from './wire.ts';

/** A Redis that goes away while servers use it: nothing hangs, nothing is said that is not known. */

/** What stands between store and Redis, and can break. */
interface Line extends AsyncDisposable {
  port: number;
  /** `swallow`: commands arrive, answers do not. `cut`: swallow, and break the connection at the first answer. */
  mode: 'open' | 'swallow' | 'cut' | 'closed';
  breakAll(): void;
}

async function lineTo(port: number): Promise<Line> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = createConnection(port, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => other.destroy());
    }
    if (line.mode === 'closed') near.destroy();
    near.on('data', (chunk) => far.write(chunk));
    far.on('data', (chunk) => {
      if (line.mode === 'open') near.write(chunk);
      if (line.mode === 'cut') near.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  const line: Line = {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    mode: 'open',
    breakAll,
    async [Symbol.asyncDispose]() {
      breakAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return line;
}

let redis: TestRedis;
let line: Line;
beforeAll(async () => {
  if (redisServer().met) redis = await testRedis();
});
afterAll(() => redis?.[Symbol.asyncDispose]());
beforeEach(async ({ skip }) => {
  need(redisServer(), skip);
  line = await lineTo(redis.address.port);
});
afterEach(() => line?.[Symbol.asyncDispose]());

const open = (onTrouble?: (message: string) => void): Promise<Store> =>
  openStore({ kind: 'redis', address: { ...redis.address, port: line.port }, prefix: 'away:' }, onTrouble);

/** The answer of the first call that the store does not refuse. */
async function answered<R>(call: () => R | Promise<R>): Promise<R> {
  for (;;) {
    try {
      return await call();
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

describe('the store in a Redis that goes away', () => {
  it('does not know whether a change stands whose answer is lost, and makes it once', async () => {
    const store = await open();
    await store.createBasket('lost-answer');
    line.mode = 'cut';
    await expect(store.addItem('lost-answer', 'hat', 1)).rejects.toThrow(OutcomeUnknown);
    line.mode = 'open';
    // It connects again by itself; what was lost is not sent again.
    expect(await answered(() => store.readBasket('lost-answer'))).toEqual({
      items: ['hat'],
      checkedOut: false,
    });
    expect(await store.addItem('lost-answer', 'shoes', 1)).toEqual({ count: 2 });
    await store.close();
  });

  it('refuses at once while it is away: that has certainly no effect; and says so once', async () => {
    const said: string[] = [];
    const store = await open((message) => said.push(message));
    await store.createBasket('away');
    line.mode = 'cut';
    await expect(store.readBasket('away')).rejects.toThrow();
    line.mode = 'closed';
    for (let i = 0; i < 3; i++) {
      const refused = Promise.resolve(store.addItem('away', 'hat', 1));
      await expect(refused).rejects.toThrow('cannot be reached');
      await expect(refused).rejects.not.toThrow(OutcomeUnknown);
    }
    line.mode = 'open';
    expect(await answered(() => store.readBasket('away'))).toEqual({ items: [], checkedOut: false });
    expect(said.length).toBeLessThanOrEqual(1);
    await store.close();
  });

  it('does not wait for ever for one that stands still', async () => {
    const store = await open();
    line.mode = 'swallow';
    await expect(store.createBasket('still')).rejects.toThrow(OutcomeUnknown);
    await store.close();
  });
});

describe.each(servers)('%s over a Redis that goes away', (server) => {
  it('says what it does not know, and leaves it open in its ledger', async () => {
    using folder = temporaryFolder();
    const ledger = join(folder.path, 'ledger.ndjson');
    await using replica = await startReplica(server, {
      WINDTUNNEL_STORE: redisUrl({ ...redis.address, port: line.port }),
      WINDTUNNEL_STORE_PREFIX: `${server}:`,
      WINDTUNNEL_LEDGER: ledger,
    });
    const at = server === 'stateless-v2' ? {} : { session: await openSession(replica.url) };
    const created = await callTool(server, replica.url, 'basket_create', {}, at);
    const basket = created.structuredContent ?? {};
    line.mode = 'cut';
    const options = { ...at, opId: 'op1' };
    const response = await sendCall(server, replica.url, 'basket_add', { ...basket, item: 'hat' }, options);
    const text = await response.text();
    if (server === 'stateless-v2') {
      expect(text).toContain('"io.mcp-windtunnel/outcomeUnknown":true');
      expect(brief(readLedger(ledger))).toEqual(['begin basket_add op1']);
    } else {
      // A session cannot be looked up: nothing was begun, and it is not called unknown.
      expect(response.status).toBe(500);
      expect(text).not.toContain('not found');
      expect(readLedger(ledger)).toEqual([]);
    }
    line.mode = 'open';
    const read = await answered(async () => {
      const result = await callTool(server, replica.url, 'basket_read', basket, at);
      if (result.isError) throw new Error(result.content[0]?.text);
      return result;
    });
    expect(read.structuredContent).toMatchObject({ checkedOut: false });
  });
});
