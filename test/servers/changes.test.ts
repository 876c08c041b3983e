import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Replica, type ServerName, servers, startReplica } from './replica.ts';
import { callTool, openSession, post, readAnswer, sessionHeader } from './wire.ts';

/** Topics: what listeners are told of, by the replica that they listen to and by others. */

const folder = mkdtempSync(join(tmpdir(), 'windtunnel-changes-'));
afterAll(() => rmSync(folder, { recursive: true }));

const uriOf = (topic: string) => `windtunnel://topic/${topic}`;
const revision = (server: ServerName) => (server === 'stateless-v2' ? '2026-07-28' : '2025-11-25');
const _meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** A client of one replica: with a session where there are any. */
async function clientOf(server: ServerName, { url }: Replica) {
  const session = server === 'stateless-v2' ? undefined : await openSession(url);
  const headers = {
    'mcp-protocol-version': revision(server),
    ...(session !== undefined && { [sessionHeader]: session }),
  };
  let id = 10;
  const send = (method: string, params: object, signal?: AbortSignal) => {
    id += 1;
    const uri = (params as { uri?: string }).uri;
    const mirrored = session === undefined && { 'mcp-method': method, ...(uri && { 'mcp-name': uri }) };
    const said = session === undefined ? { ...params, _meta } : params;
    const options = { headers: { ...headers, ...mirrored }, ...(signal && { signal }) };
    return post(url, { id, method, params: said }, options);
  };
  return {
    ask: async (method: string, params: object) => readAnswer(await send(method, params)),
    publish: (topic: string, value: string) =>
      callTool(server, url, 'publish', { topic, value }, session === undefined ? {} : { session }),
    /** Listens, with the subscription acknowledged; what it is told can be waited for. */
    async listen(topic: string) {
      const stop = new AbortController();
      const { signal } = stop;
      const told: { method?: string; params?: Record<string, unknown> }[] = [];
      let wake = () => {};
      const waitFor = async (is: (one: (typeof told)[number]) => boolean) => {
        while (!told.some(is)) await new Promise<void>((resolve) => (wake = resolve));
      };
      const notifications = { resourceSubscriptions: [uriOf(topic)], resourcesListChanged: true };
      const stream =
        session === undefined
          ? await send('subscriptions/listen', { notifications }, signal)
          : await fetch(url, { headers: { accept: 'text/event-stream', ...headers }, signal });
      const read = async () => {
        let text = '';
        for await (const chunk of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
          const events = (text + chunk).split('\n\n');
          text = events.pop() ?? '';
          for (const event of events) {
            const data = /^data: (.+)$/m.exec(event)?.[1];
            if (data !== undefined) told.push(JSON.parse(data));
          }
          wake();
        }
      };
      read().catch(() => {});
      if (session === undefined)
        await waitFor(({ method }) => method === 'notifications/subscriptions/acknowledged');
      else await readAnswer(await send('resources/subscribe', { uri: uriOf(topic) }));
      const changes = () => told.filter(({ method }) => method === 'notifications/resources/updated');
      return {
        /** Values told of, up to this one. */
        async until(value: string) {
          const namedIn = ({ params }: (typeof told)[number]) =>
            (params?._meta as Record<string, unknown> | undefined)?.['io.mcp-windtunnel/value'];
          await waitFor((one) => namedIn(one) === value);
          return changes().map((one) => [one.params?.uri, namedIn(one)]);
        },
        listChanges: () => told.filter(({ method }) => method?.endsWith('/list_changed')).length,
        [Symbol.dispose]: () => stop.abort(),
      };
    },
  };
}

describe.each(servers)('%s', (server) => {
  it('tells those who have subscribed, and nobody else; a new topic changes the list', async () => {
    await using one = await startReplica(server, { WINDTUNNEL_BUS: 'memory' });
    const client = await clientOf(server, one);
    const other = await clientOf(server, one);
    using listening = await client.listen('a');
    await other.publish('b', 'other');
    await other.publish('a', 'first');
    await other.publish('a', 'second');
    expect(await listening.until('second')).toEqual([
      [uriOf('a'), 'first'],
      [uriOf('a'), 'second'],
    ]);
    expect(listening.listChanges()).toBe(2);
    const { result } = await client.ask('resources/list', {});
    expect(result).toMatchObject({ resources: [{ uri: uriOf('b') }, { uri: uriOf('a') }] });
    expect((await client.ask('resources/read', { uri: uriOf('a') })).result).toMatchObject({
      contents: [{ uri: uriOf('a'), text: 'second' }],
    });
    // SDK v2 says of a resource that is not there what 2026-07-28 says, whatever the revision.
    const code = server === 'stateful-v1' ? -32002 : -32602;
    expect((await client.ask('resources/read', { uri: uriOf('none') })).error).toMatchObject({ code });
  });

  it('hears of what another replica has changed over a shared bus, and of nothing over its memory', async () => {
    const shared = `sqlite:${join(folder, `${server}.sqlite`)}`;
    for (const [bus, heard] of [
      [shared, ['elsewhere', 'here']],
      ['memory', ['here']],
    ] as const) {
      await using one = await startReplica(server, { WINDTUNNEL_BUS: bus });
      await using two = await startReplica(server, { WINDTUNNEL_BUS: bus, WINDTUNNEL_REPLICA: 'r2' });
      const client = await clientOf(server, one);
      using listening = await client.listen('a');
      await (await clientOf(server, two)).publish('a', 'elsewhere');
      await client.publish('a', 'here');
      const told = await listening.until('here');
      expect(told.map(([, value]) => value)).toEqual(heard);
    }
  });

  it('has no topics without a bus', async () => {
    await using one = await startReplica(server, {});
    const client = await clientOf(server, one);
    expect((await client.ask('resources/list', {})).error).toMatchObject({ code: -32601 });
    const { result } = await client.ask('tools/list', {});
    const { tools } = result as { tools: { name: string }[] };
    expect(tools.map(({ name }) => name)).not.toContain('publish');
  });
});
