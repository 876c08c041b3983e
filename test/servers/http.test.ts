import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Replica, servers, sessionful, startReplica } from './replica.ts';
import { callTool, clientInfo, openSession, post, readAnswer, sendCall, sessionHeader } from './wire.ts';

const initialize = {
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo },
};

const jsonHeaders = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
};

/** The status for a bare POST; `fetch` does not let a caller choose these headers. */
function statusWith(url: URL, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers, agent: false }, (response) => {
      resolve(response.statusCode);
      sent.destroy();
    });
    sent.once('error', reject);
    // A length that was announced is for a body that never comes.
    if ('content-length' in headers) sent.flushHeaders();
    else sent.end('{}');
  });
}

describe.each(servers)('%s', (server) => {
  let replica: Replica;
  beforeAll(async () => {
    replica = await startReplica(server);
  });
  afterAll(() => replica?.[Symbol.asyncDispose]());

  it('serves nothing but /mcp', async () => {
    expect((await fetch(new URL('/', replica.url))).status).toBe(404);
    expect((await fetch(new URL('/mcpx', replica.url), { method: 'POST' })).status).toBe(404);
  });

  it('refuses a foreign Host or Origin', async () => {
    expect(await statusWith(replica.url, { host: 'evil.example' })).toBe(403);
    expect(await statusWith(replica.url, { origin: 'http://evil.example' })).toBe(403);
    expect(await statusWith(replica.url, { origin: 'null' })).toBe(403);
    expect(await statusWith(replica.url, { host: 'localhost:1234' })).not.toBe(403);
  });

  it('refuses a body over 4 MiB', async () => {
    // Announced only: the SDK's adapter answers and closes without reading, so a client that goes on sending
    // may meet a broken pipe before it sees the answer.
    expect(await statusWith(replica.url, { ...jsonHeaders, 'content-length': '5000000' })).toBe(413);
  });

  it('answers what is no JSON with 400', async () => {
    const response = await fetch(replica.url, { method: 'POST', headers: jsonHeaders, body: '{' });
    expect(response.status).toBe(400);
    expect((await readAnswer(response)).error?.code).toBe(-32700);
  });
});

describe.each(sessionful)('%s and its sessions', (server) => {
  let replica: Replica;
  beforeAll(async () => {
    replica = await startReplica(server);
  });
  afterAll(() => replica?.[Symbol.asyncDispose]());

  it('answers an unknown session with 404 -32001', async () => {
    const response = await sendCall(server, replica.url, 'echo', { text: 'x' }, { session: 'unknown' });
    expect(response.status).toBe(404);
    expect((await readAnswer(response)).error).toMatchObject({ code: -32001, message: 'Session not found' });
    for (const method of ['GET', 'DELETE']) {
      const headers = { [sessionHeader]: 'unknown', accept: 'text/event-stream' };
      expect((await fetch(replica.url, { method, headers })).status, method).toBe(404);
    }
  });

  it('answers a request without a session with 400 -32000', async () => {
    const response = await sendCall(server, replica.url, 'echo', { text: 'x' });
    expect(response.status).toBe(400);
    expect((await readAnswer(response)).error?.code).toBe(-32000);
    for (const method of ['GET', 'DELETE']) {
      const headers = { accept: 'text/event-stream' };
      expect((await fetch(replica.url, { method, headers })).status, method).toBe(400);
    }
  });

  it('forgets a session, and its basket, after DELETE', async () => {
    const session = await openSession(replica.url);
    await callTool(server, replica.url, 'basket_create', {}, { session });
    const headers = { [sessionHeader]: session };
    expect((await fetch(replica.url, { method: 'DELETE', headers })).status).toBe(200);
    expect((await sendCall(server, replica.url, 'basket_read', {}, { session })).status).toBe(404);
  });

  it('lets a client open its notification stream again as soon as the first has broken', async () => {
    const session = await openSession(replica.url);
    const headers = { [sessionHeader]: session, accept: 'text/event-stream' };
    const broken = new AbortController();
    expect((await fetch(replica.url, { headers, signal: broken.signal })).status).toBe(200);
    expect((await fetch(replica.url, { headers })).status).toBe(409);
    broken.abort();
    // The server may see the end of the old connection a moment after the new request: asked until it has.
    let status = 409;
    while (status === 409) {
      const again = await fetch(replica.url, { headers });
      status = again.status;
      await again.body?.cancel();
    }
    expect(status).toBe(200);
  }, 5_000);

  it('keeps the baskets of two sessions apart', async () => {
    const [one, two] = [await openSession(replica.url), await openSession(replica.url)];
    await callTool(server, replica.url, 'basket_create', {}, { session: one });
    await callTool(server, replica.url, 'basket_add', { item: 'hat' }, { session: one });
    await callTool(server, replica.url, 'basket_create', {}, { session: two });
    const read = await callTool(server, replica.url, 'basket_read', {}, { session: two });
    expect(read.structuredContent).toMatchObject({ items: [] });
  });

  it('answers as an event stream, or as JSON where that is asked for', async () => {
    const session = await openSession(replica.url);
    const streamed = await sendCall(server, replica.url, 'echo', { text: 'x' }, { session });
    expect(streamed.headers.get('content-type')).toBe('text/event-stream');
    await streamed.text();

    await using plain = await startReplica(server, { WINDTUNNEL_JSON_RESPONSE: '1' });
    const opened = await post(plain.url, initialize);
    expect(opened.headers.get('content-type')).toBe('application/json');
    expect(await opened.json()).toMatchObject({ result: { protocolVersion: '2025-11-25' } });
  });
});

describe('stateless-v2', () => {
  it('refuses the traffic of 2025-11-25', async () => {
    await using replica = await startReplica('stateless-v2');
    const response = await post(replica.url, initialize);
    expect(response.status).toBe(400);
    expect((await readAnswer(response)).error?.code).toBe(-32022);
    for (const method of ['GET', 'DELETE']) {
      expect((await fetch(replica.url, { method })).status, method).toBe(405);
    }
    expect((await callTool('stateless-v2', replica.url, 'echo', { text: 'x' })).isError).toBeUndefined();
  });
});
