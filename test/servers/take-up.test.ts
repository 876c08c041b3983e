import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Folder, temporaryFolder } from '../support/cli.ts';
import { sessionful, startReplica } from './replica.ts';
import { callTool, openSession, readAnswer, sendCall, sessionHeader } from './wire.ts';

let folder: Folder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

const shared = () => ({ WINDTUNNEL_STORE: `sqlite:${join(folder.path, 'store.sqlite')}` });

describe.each(sessionful)('%s over a shared store', (server) => {
  it('takes up a session that another replica has opened, with its basket', async () => {
    await using one = await startReplica(server, shared());
    await using two = await startReplica(server, shared());
    const session = await openSession(one.url);
    await callTool(server, one.url, 'basket_create', {}, { session });
    await callTool(server, one.url, 'basket_add', { item: 'hat' }, { session });

    // Many at once: one of them takes it up, the others wait for that.
    const items = Array.from({ length: 10 }, (_, i) => `item-${i}`);
    const added = await Promise.all(
      items.map((item, i) => callTool(server, two.url, 'basket_add', { item }, { session, id: i + 1 })),
    );
    expect(added.filter((result) => result.isError)).toEqual([]);

    // No stale copy at the replica that opened it.
    const read = await callTool(server, one.url, 'basket_read', {}, { session });
    expect([...((read.structuredContent?.items as string[]) ?? [])].sort()).toEqual(['hat', ...items].sort());
  });

  it('serves a session whose replica was killed', async () => {
    await using one = await startReplica(server, shared());
    await using two = await startReplica(server, shared());
    const session = await openSession(one.url);
    await callTool(server, one.url, 'basket_create', {}, { session });
    one.child.kill('SIGKILL');
    await one.exited;
    const read = await callTool(server, two.url, 'basket_read', {}, { session });
    expect(read.structuredContent).toMatchObject({ items: [] });
  });

  it('ends a session everywhere, whichever replica gets the DELETE', async () => {
    await using one = await startReplica(server, shared());
    await using two = await startReplica(server, shared());
    const session = await openSession(one.url);
    const headers = { [sessionHeader]: session };
    expect((await fetch(two.url, { method: 'DELETE', headers })).status).toBe(200);
    for (const { url } of [one, two]) {
      const response = await sendCall(server, url, 'echo', { text: 'x' }, { session });
      expect(response.status).toBe(404);
      expect((await readAnswer(response)).error?.code).toBe(-32001);
    }
  });
});

describe.each(sessionful)('%s with sessions in memory', (server) => {
  it('does not know a session that another replica has opened', async () => {
    await using one = await startReplica(server);
    await using two = await startReplica(server);
    const session = await openSession(one.url);
    const response = await sendCall(server, two.url, 'echo', { text: 'x' }, { session });
    expect(response.status).toBe(404);
    expect((await readAnswer(response)).error?.code).toBe(-32001);
  });
});

describe('stateless-v2', () => {
  it.each([
    ['in memory knows only its own baskets', false],
    ['over a shared store knows the baskets of all', true],
  ])('%s', async (_says, isShared) => {
    const env: Record<string, string> = isShared ? shared() : {};
    await using one = await startReplica('stateless-v2', env);
    await using two = await startReplica('stateless-v2', env);
    const created = await callTool('stateless-v2', one.url, 'basket_create');
    const read = await callTool('stateless-v2', two.url, 'basket_read', created.structuredContent ?? {});
    expect(read).toMatchObject(
      isShared
        ? { structuredContent: { items: [] } }
        : { isError: true, _meta: { 'io.mcp-windtunnel/stateMissing': true } },
    );
  });
});
