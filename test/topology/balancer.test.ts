import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { createServer as createNetServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { eventually } from './fixtures/processes.ts';
import { testBalancer } from './fixtures/test-balancer.ts';
import { httpUpstream, listening, namedUpstream, refusingUrl } from './fixtures/upstream.ts';

interface Answered {
  status: number;
  reason: string | null;
  body: { name: string; body: string; url: string; headers: Record<string, string> };
}

async function postBy(
  ask: typeof fetch,
  url: string,
  headers: Record<string, string> = {},
  body = '{}',
): Promise<Answered> {
  const response = await ask(url, { method: 'POST', headers, body });
  const reason = response.headers.get('x-windtunnel-balancer');
  return { status: response.status, reason, body: (await response.json()) as Answered['body'] };
}

const names = (answers: Answered[]) => answers.map((answer) => answer.body.name);

// A request that is not canonical, as one with such a header is, goes another way to the same end.
describe.each([
  ['relayed', {}],
  ['by http-proxy', { 'x-odd': 'ö' }],
] as [string, Record<string, string>][])('%s:', (_way, odd) => {
  const ask: typeof fetch = (url, init) =>
    fetch(url, { ...init, headers: { ...odd, ...(init?.headers as Record<string, string>) } });
  const post = (url: string, headers?: Record<string, string>, body?: string) =>
    postBy(ask, url, headers, body);

  describe('routing', () => {
    test('rotates strictly, also among many requests at once, and records each', async () => {
      await using a = await namedUpstream('r1');
      await using b = await namedUpstream('r2');
      await using c = await namedUpstream('r3');
      await using proxy = await testBalancer({ r1: a.url, r2: b.url, r3: c.url });
      const ids = Array.from({ length: 300 }, (_, i) => `request-${i}`);
      const answers = await Promise.all(ids.map((id) => post(proxy.url, { 'x-windtunnel-request': id })));

      const routed = await proxy.routed();
      const inOrder = routed.toSorted((x, y) => x.atUs - y.atUs).map((event) => event.replica);
      for (const name of ['r1', 'r2', 'r3']) {
        expect(names(answers).filter((answer) => answer === name)).toHaveLength(100);
      }
      expect(inOrder).toEqual(inOrder.map((_, i) => `r${(i % 3) + 1}`));
      expect(new Set(routed.map((event) => event.requestId))).toEqual(new Set(ids));
      const byId = new Map(routed.map((event) => [event.requestId, event.replica]));
      expect(names(answers)).toEqual(ids.map((id) => byId.get(id)));
      expect(routed.every((event) => event.status === 200 && event.endUs >= event.atUs)).toBe(true);
    });

    test('keeps a session where it was established', async () => {
      const establishing = (name: string) =>
        httpUpstream((req, res) => {
          if (req.headers['mcp-session-id'] === undefined) res.setHeader('Mcp-Session-Id', `of-${name}`);
          res.end(JSON.stringify({ name }));
        });
      await using a = await establishing('r1');
      await using b = await establishing('r2');
      await using proxy = await testBalancer({ r1: a.url, r2: b.url }, { routing: 'session-affinity' });
      expect(names([await post(proxy.url), await post(proxy.url)])).toEqual(['r1', 'r2']);
      const follow = (id: string) => post(proxy.url, { 'mcp-session-id': id });
      const answers = [await follow('of-r2'), await follow('of-r2'), await follow('of-r1')];
      expect(names(answers)).toEqual(['r2', 'r2', 'r1']);
    });

    test.each([
      [
        'whole',
        'application/json',
        ['{"jsonrpc":"2.0","id":1,"result":{"resultType":"task","taskId":"of-NAME"}}'],
      ],
      [
        'as a stream in two chunks',
        'text/event-stream',
        ['data: {"jsonrpc":"2.0","id":1,"result":{"resultType":"task","task', 'Id":"of-NAME"}}\n\n'],
      ],
    ])('keeps a task where it was made, when that is told %s', async (_how, type, pieces) => {
      const making = (name: string) =>
        httpUpstream(async (req, res) => {
          if (req.headers['mcp-method'] !== 'tools/call') {
            res.end(JSON.stringify({ name }));
            return;
          }
          const said = pieces.map((piece) => piece.replace('NAME', name));
          const length = pieces.length === 1 ? { 'content-length': said[0]?.length } : {};
          res.writeHead(200, { 'content-type': type, ...length });
          for (const piece of said) await new Promise<void>((done) => res.write(piece, () => done()));
          res.end();
        });
      await using a = await making('r1');
      await using b = await making('r2');
      await using proxy = await testBalancer({ r1: a.url, r2: b.url }, { routing: 'task-affinity' });
      const headers = { 'mcp-method': 'tools/call', 'mcp-name': 'report' };
      for (const name of ['r1', 'r2']) {
        const response = await ask(proxy.url, { method: 'POST', headers, body: '{}' });
        expect(await response.text()).toContain(`of-${name}`);
      }
      const about = (id: string) => post(proxy.url, { 'mcp-method': 'tasks/get', 'mcp-name': id });
      const answers = [await about('of-r2'), await about('of-r2'), await about('of-r1')];
      expect(names(answers)).toEqual(['r2', 'r2', 'r1']);
    });

    test.each(['hash', 'consistent-hash'] as const)(
      'by %s keeps a client, and spreads clients',
      async (routing) => {
        await using a = await namedUpstream('r1');
        await using b = await namedUpstream('r2');
        await using proxy = await testBalancer({ r1: a.url, r2: b.url }, { routing });
        const of = (client: number, n: number) =>
          post(proxy.url, { 'x-windtunnel-request': `c${client}-${n}`, 'mcp-session-id': `s${n}` });
        const clients = Array.from({ length: 40 }, (_, i) => i + 1);
        const first = names(await Promise.all(clients.map((client) => of(client, 1))));
        expect(names(await Promise.all(clients.map((client) => of(client, 2))))).toEqual(first);
        expect(new Set(first)).toEqual(new Set(['r1', 'r2']));
      },
    );

    test('passes path, query, headers and body on as they came', async () => {
      await using a = await namedUpstream('r1');
      await using proxy = await testBalancer({ r1: a.url });
      const headers = {
        'x-windtunnel-request': 'q1',
        'mcp-session-id': 's',
        'mcp-name': 'name',
        accept: 'a/b',
        ...odd,
      };
      const { body } = await post(`${proxy.url}/deep?x=%20&y=?`, headers, '{"text":"grüße €"}');
      expect(body.url).toBe('/mcp/deep?x=%20&y=?');
      expect(body.body).toBe('{"text":"grüße €"}');
      expect(body.headers).toMatchObject({ ...headers, host: new URL(proxy.url).host });
    });

    test('adds and removes upstreams while it runs', async () => {
      await using a = await namedUpstream('r1');
      await using b = await namedUpstream('r2');
      await using proxy = await testBalancer();
      expect(await post(proxy.url)).toMatchObject({ status: 503, reason: 'no-upstream' });
      await proxy.balancer.add('r2', b.url);
      expect(names([await post(proxy.url), await post(proxy.url)])).toEqual(['r2', 'r2']);
      await proxy.balancer.add('r1', a.url);
      expect(names([await post(proxy.url), await post(proxy.url)]).sort()).toEqual(['r1', 'r2']);
      await proxy.balancer.remove('r2');
      expect(names([await post(proxy.url), await post(proxy.url)])).toEqual(['r1', 'r1']);
      // The same name again takes the place of what was there.
      await proxy.balancer.add('r1', b.url);
      expect(names([await post(proxy.url)])).toEqual(['r2']);

      const changes = (await proxy.events()).filter((event) => event.type === 'upstreams-changed');
      expect(changes.map((event) => event.upstreams)).toEqual([['r2'], ['r1', 'r2'], ['r1'], ['r1']]);
    });

    test('says what is wrong with an address it cannot use', async () => {
      await using proxy = await testBalancer();
      await expect(proxy.balancer.add('r1', 'https://127.0.0.1:1/')).rejects.toThrow('only http:');
    });
  });

  describe('upstreams that fail', () => {
    test('a refused connection: the next one gets the request, with its whole body', async () => {
      await using a = await namedUpstream('r3');
      await using proxy = await testBalancer({ r1: await refusingUrl(), r2: await refusingUrl(), r3: a.url });
      const text = JSON.stringify({ text: 'x'.repeat(1_000_000) });
      const answer = await post(proxy.url, {}, text);
      expect(answer.body).toMatchObject({ name: 'r3', body: text });
      const routed = await proxy.routed();
      expect(routed).toMatchObject([{ replica: 'r3', refusedBy: ['r1', 'r2'], status: 200 }]);
    });

    test('all refuse: 503, and each was asked once', async () => {
      const upstreams: Record<string, string> = {};
      for (let i = 1; i <= 15; i++) upstreams[`r${i}`] = await refusingUrl();
      await using proxy = await testBalancer(upstreams);
      expect(await post(proxy.url)).toMatchObject({ status: 503, reason: 'unreachable' });
      const [routed] = await proxy.routed();
      expect(routed).toMatchObject({ replica: null, status: 503, error: 'unreachable' });
      expect(routed?.refusedBy?.toSorted()).toEqual(Object.keys(upstreams).toSorted());
    });

    test('a connection broken before the answer: 502, and nobody else gets the request', async () => {
      const server = createNetServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
      await using broken = await listening(server);
      await using good = await namedUpstream('r2');
      await using proxy = await testBalancer({ r1: broken.url, r2: good.url });
      expect(await post(proxy.url)).toMatchObject({ status: 502, reason: 'upstream-broken' });
      expect(good.connections).toHaveLength(0);
      expect(await proxy.routed()).toMatchObject([{ replica: 'r1', status: 502, error: 'upstream-broken' }]);
    });

    test.each(['content-length', 'chunked'])(
      'broken in the middle of a %s answer: so is ours',
      async (framing) => {
        await using broken = await httpUpstream((_req, res) => {
          if (framing === 'content-length') res.setHeader('content-length', 1000);
          res.write('{"half":', () => res.socket?.destroy());
        });
        await using proxy = await testBalancer({ r1: broken.url });
        await expect(ask(proxy.url).then((response) => response.text())).rejects.toThrow();
        expect(await proxy.routed()).toMatchObject([
          { replica: 'r1', status: 200, error: 'broken-mid-stream' },
        ]);
      },
    );

    test('what is no HTTP: 502', async () => {
      const server = createNetServer((socket) => socket.once('data', () => socket.end('SSH-2.0-teapot\r\n')));
      await using odd = await listening(server);
      await using proxy = await testBalancer({ r1: odd.url });
      expect(await post(proxy.url)).toMatchObject({ status: 502, reason: 'upstream-broken' });
    });
  });

  describe('streams', () => {
    test('the head is there before the first event, and that before the second is made', async () => {
      const asked = Promise.withResolvers<(event: string) => void>();
      await using a = await httpUpstream((_req, res) => {
        res.writeHead(200, { 'content-type': 'text/event-stream' });
        res.flushHeaders();
        asked.resolve((event) => res.write(`data: ${event}\n\n`));
      });
      await using proxy = await testBalancer({ r1: a.url });
      // `fetch` resolves with the head: no event has been made so far.
      const response = await ask(proxy.url);
      const send = await asked.promise;
      const events = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      send('one');
      expect((await events?.read())?.value).toBe('data: one\n\n');
      send('two');
      expect((await events?.read())?.value).toBe('data: two\n\n');
      await events?.cancel();
    });

    test("a client's leaving reaches the upstream, before and in the middle of the answer", async () => {
      const isStream = [false, true];
      const left: Promise<unknown>[] = [];
      const asked = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      await using a = await httpUpstream((_req, res) => {
        const turn = left.push(once(res, 'close')) - 1;
        if (isStream[turn]) res.write('data: one\n\n');
        asked[turn]?.resolve();
      });
      await using proxy = await testBalancer({ r1: a.url });
      for (const stream of isStream) {
        const client = new AbortController();
        const response = ask(proxy.url, { signal: client.signal });
        response.catch(() => {});
        if (stream) await (await response).body?.getReader().read();
        else await asked[0]?.promise;
        client.abort();
        await left.at(-1);
      }
      const routed = await proxy.routed();
      expect(routed.map((event) => [event.replica, event.status])).toEqual([
        ['r1', null],
        ['r1', 200],
      ]);
    });

    test('a large answer comes whole, at the pace of who reads it', async () => {
      const whole = Buffer.alloc(20_000_000, 'windtunnel ');
      await using a = await httpUpstream((_req, res) => res.end(whole));
      await using b = await httpUpstream((_req, res) => {
        for (let at = 0; at < whole.length; at += 1_000_000) res.write(whole.subarray(at, at + 1_000_000));
        res.end();
      });
      await using proxy = await testBalancer({ r1: a.url, r2: b.url });
      for (const _ of ['with a length', 'in chunks']) {
        const response = await ask(proxy.url);
        expect(whole.equals(Buffer.from(await response.arrayBuffer()))).toBe(true);
      }
    });

    test('HEAD, 204 and 304 have no body', async () => {
      await using a = await httpUpstream((req, res) => {
        res.setHeader('content-length', req.method === 'HEAD' ? 5 : 0);
        res.writeHead(Number(req.headers['x-status'] ?? 200)).end();
      });
      await using proxy = await testBalancer({ r1: a.url });
      const head = await ask(proxy.url, { method: 'HEAD' });
      expect([head.status, head.headers.get('content-length')]).toEqual([200, '5']);
      for (const status of [204, 304]) {
        expect((await ask(proxy.url, { headers: { 'x-status': `${status}` } })).status).toBe(status);
      }
    });
  });

  describe('an upstream that is removed', () => {
    test('finishes what it is answering, which can be waited for', async () => {
      const asked = Promise.withResolvers<() => void>();
      await using a = await httpUpstream((_req, res) => asked.resolve(() => res.end('{"name":"r1"}')));
      await using proxy = await testBalancer({ r1: a.url });
      expect(await proxy.balancer.drained('r1', 60_000)).toBe(0);
      const answer = post(proxy.url);
      const finish = await asked.promise;
      await proxy.balancer.remove('r1');
      expect(await proxy.balancer.drained('r1', 0)).toBe(1);
      const drained = proxy.balancer.drained('r1', 60_000);
      finish();
      expect(await drained).toBe(0);
      expect((await answer).body.name).toBe('r1');
      // Its connection is not kept for requests that will never come.
      await eventually('idle ones are closed', () => a.connections.every((socket) => socket.destroyed));
    });
  });

  describe('limits', () => {
    test('a body beyond the limit: 413', async () => {
      await using a = await namedUpstream('r1');
      await using proxy = await testBalancer({ r1: a.url }, { limits: { bodyBytesMax: 100_000 } });
      const tooMuch = await post(proxy.url, {}, 'x'.repeat(100_001));
      expect(tooMuch).toMatchObject({ status: 413, reason: 'body-too-large' });
      expect((await post(proxy.url, {}, 'x'.repeat(100_000))).status).toBe(200);
      expect(a.connections).toHaveLength(1);
    });

    test('more requests at once than allowed: 503, until one has ended', async () => {
      const asked = Promise.withResolvers<() => void>();
      await using a = await httpUpstream((req, res) => {
        if (req.url === '/mcp') asked.resolve(() => res.end('{"name":"r1"}'));
        else res.end('{"name":"r1"}');
      });
      await using proxy = await testBalancer({ r1: a.url }, { limits: { requestsMax: 1 } });
      const first = post(proxy.url);
      const finish = await asked.promise;
      expect(await post(proxy.url)).toMatchObject({ status: 503, reason: 'overloaded' });
      finish();
      expect((await first).status).toBe(200);
      await proxy.balancer.drained('r1', 60_000);
      expect((await post(`${proxy.url}/again`)).status).toBe(200);
    });

    test('more bytes held than allowed: 503', async () => {
      await using a = await namedUpstream('r1');
      await using proxy = await testBalancer({ r1: a.url }, { limits: { heldBytesMax: 1000 } });
      expect(await post(proxy.url, {}, 'x'.repeat(1001))).toMatchObject({
        status: 503,
        reason: 'overloaded',
      });
    });
  });
});

describe('connections', () => {
  test('one to an upstream is used again, whatever the client does with its own', async () => {
    await using a = await namedUpstream('r1');
    await using proxy = await testBalancer({ r1: a.url });
    for (const agent of [undefined, false as const, undefined]) {
      const outgoing = request(proxy.url, agent === undefined ? {} : { agent }).end();
      const [response] = await once(outgoing, 'response');
      await once(response.resume(), 'end');
    }
    expect(a.connections).toHaveLength(1);
  });

  test("an upstream's `Connection: close` ends its connection and not the client's", async () => {
    await using a = await httpUpstream((_req, res) => res.setHeader('connection', 'close').end('{}'));
    await using proxy = await testBalancer({ r1: a.url });
    const response = await fetch(proxy.url);
    expect(response.headers.get('connection')).not.toBe('close');
  });
});

describe('the process', () => {
  test('has ended, and is no more guarded, when it is disposed; also twice', async () => {
    const proxy = await testBalancer();
    expect(proxy.guarded.size).toBe(1);
    await Promise.all([proxy.balancer[Symbol.asyncDispose](), proxy[Symbol.asyncDispose]()]);
    expect(proxy.guarded.size).toBe(0);
    await expect(proxy.balancer.add('r1', 'http://127.0.0.1:1/')).rejects.toThrow('balancer');
  });

  test('records what was under way when it is disposed', async () => {
    const asked = Promise.withResolvers<void>();
    await using a = await httpUpstream(() => asked.resolve());
    await using proxy = await testBalancer({ r1: a.url });
    const answer = postBy(fetch, proxy.url, { 'x-windtunnel-request': 'cut-off' });
    answer.catch(() => {});
    await asked.promise;
    expect(await proxy.routed()).toMatchObject([{ requestId: 'cut-off', replica: 'r1', status: null }]);
    await expect(answer).rejects.toThrow();
  });

  test('its unexpected end breaks the balancer, with its last output', async () => {
    await using proxy = await testBalancer();
    for (const pid of proxy.guarded) process.kill(pid, 'SIGKILL');
    await expect(proxy.balancer.broken).rejects.toThrow('the balancer process ended (SIGKILL)');
  });

  test('one that cannot start says why', async () => {
    await expect(testBalancer({}, { eventsPath: '/nowhere/events.ndjson' })).rejects.toThrow('/nowhere');
  });
});

test('the fixtures answer without a balancer as well', async () => {
  // A check on the tests: what they see through the balancer is not what the upstreams do anyway.
  await using a = await listening(createServer((_req, res) => res.end('{"name":"direct"}')));
  expect((await postBy(fetch, a.url)).body.name).toBe('direct');
});
