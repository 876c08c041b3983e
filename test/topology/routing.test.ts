import { describe, expect, test } from 'vitest';
import { chunkData } from '../../src/topology/balancer/chunk-data.ts';
import { clientKey } from '../../src/topology/balancer/client-key.ts';
import { consistentHash } from '../../src/topology/balancer/consistent-hash.ts';
import { hashModulo } from '../../src/topology/balancer/hash-modulo.ts';
import { learnedTable } from '../../src/topology/balancer/learned-table.ts';
import { rotation } from '../../src/topology/balancer/rotation.ts';
import type { RoutedRequest, RoutingPolicy } from '../../src/topology/balancer/routing-policy.ts';
import { sessionAffinity } from '../../src/topology/balancer/session-affinity.ts';
import { taskAffinity } from '../../src/topology/balancer/task-affinity.ts';
import { lookedAtCharsMax, taskIdCharsMax } from '../../src/topology/balancer/task-id.ts';

const upstream = (replica: string) => ({ replica });
const r1 = upstream('r1');
const r2 = upstream('r2');
const r3 = upstream('r3');
const opening: RoutedRequest = { method: 'POST', sessionId: undefined, requestId: null };
const within = (sessionId: string): RoutedRequest => ({ method: 'POST', sessionId, requestId: null });
const ok = (sessionId?: string) => ({ status: 200, sessionId });

type Upstreams = { replica: string }[];

function rotating(...upstreams: Upstreams) {
  const policy = rotation<{ replica: string }>();
  policy.upstreamsChanged(upstreams);
  return { policy, next: (...refused: Upstreams) => policy.pick(opening, refused)?.replica };
}

function sticky(...upstreams: Upstreams) {
  const policy = sessionAffinity<{ replica: string }>(1000);
  policy.upstreamsChanged(upstreams);
  return { policy, pick: (request: RoutedRequest, ...refused: Upstreams) => policy.pick(request, refused) };
}

describe('rotation', () => {
  test('goes round', () => {
    const { next } = rotating(r1, r2, r3);
    expect([next(), next(), next(), next(), next()]).toEqual(['r1', 'r2', 'r3', 'r1', 'r2']);
  });

  test('has none to give when there is none, or all have refused', () => {
    expect(rotating().next()).toBeUndefined();
    expect(rotating(r1, r2).next(r1, r2)).toBeUndefined();
  });

  test('takes the one after the one that refused, and goes on from there', () => {
    const { next } = rotating(r1, r2, r3);
    next();
    expect([next(), next(r2), next()]).toEqual(['r2', 'r3', 'r1']);
  });

  test('goes on where it was when an upstream leaves or comes', () => {
    const { policy, next } = rotating(r1, r2, r3);
    next();
    policy.upstreamsChanged([r1, r3]);
    expect(next()).toBe('r3');
    policy.upstreamsChanged([r1, r2, r3]);
    expect([next(), next(), next()]).toEqual(['r1', 'r2', 'r3']);
  });

  test('gives the next boot of a slot the turn of the last', () => {
    const { policy, next } = rotating(r1, r2);
    next();
    policy.upstreamsChanged([r1, upstream('r2')]);
    expect(next()).toBe('r2');
  });
});

describe('session affinity', () => {
  test('sends a session where it was established, whatever comes between', () => {
    const { policy, pick } = sticky(r1, r2, r3);
    pick(opening);
    expect(pick(opening)).toBe(r2);
    policy.answered(opening, r2, ok('a'));
    expect([pick(within('a')), pick(opening), pick(within('a'))]).toEqual([r2, r3, r2]);
  });

  test('sends an unknown session in rotation', () => {
    const { pick } = sticky(r1, r2);
    expect([pick(within('a')), pick(within('a')), pick(within('a'))]).toEqual([r1, r2, r1]);
  });

  test('sends a session whose upstream is gone or has refused in rotation', () => {
    const { policy, pick } = sticky(r1, r2);
    policy.answered(opening, r1, ok('a'));
    expect(pick(within('a'), r1)).toBe(r2);
    policy.upstreamsChanged([r2]);
    expect(pick(within('a'))).toBe(r2);
  });

  test('does not take the next boot of a slot for the one that held the session', () => {
    const { policy, pick } = sticky(r1, r2);
    policy.answered(opening, r2, ok('a'));
    policy.upstreamsChanged([r1, upstream('r2')]);
    expect([pick(within('a')), pick(within('a'))].map((u) => u?.replica)).toEqual(['r1', 'r2']);
  });

  test('learns anew from an upstream that takes a session over', () => {
    const { policy, pick } = sticky(r1, r2);
    policy.answered(opening, r1, ok('a'));
    policy.upstreamsChanged([r2, r3]);
    policy.answered(within('a'), r3, ok('a'));
    expect([pick(within('a')), pick(within('a'))]).toEqual([r3, r3]);
  });

  test('forgets a session that was deleted, and not one whose deletion failed', () => {
    const { policy, pick } = sticky(r1, r2);
    const end: RoutedRequest = { method: 'DELETE', sessionId: 'a', requestId: null };
    policy.answered(opening, r2, ok('a'));
    policy.answered(end, r2, { status: 405, sessionId: undefined });
    expect(pick(within('a'))).toBe(r2);
    policy.answered(end, r2, { status: 204, sessionId: 'a' });
    expect(pick(within('a'))).toBe(r1);
  });

  test('learns nothing from an error', () => {
    const { policy, pick } = sticky(r1, r2);
    policy.answered(within('a'), r2, { status: 404, sessionId: 'a' });
    expect(pick(within('a'))).toBe(r1);
  });
});

describe('task affinity', () => {
  const call: RoutedRequest = { ...opening, mcpMethod: 'tools/call', mcpName: 'report' };
  const about = (taskId: string, mcpMethod = 'tasks/get'): RoutedRequest => ({
    ...opening,
    mcpMethod,
    mcpName: taskId,
  });
  const created = (taskId: unknown, resultType = 'task') =>
    JSON.stringify({ jsonrpc: '2.0', id: 1, result: { resultType, taskId, status: 'working' } });

  function byTask(...upstreams: Upstreams) {
    const policy = taskAffinity<{ replica: string }>(1000);
    policy.upstreamsChanged(upstreams);
    return {
      policy,
      pick: (request: RoutedRequest, ...refused: Upstreams) => policy.pick(request, refused),
      /** @returns whether each piece was followed by the wish for another. */
      answer: (pieces: string[], by = r2, request = call, status = 200) => {
        const reader = policy.answered(request, by, { status, sessionId: undefined });
        return reader === undefined ? undefined : pieces.map((piece) => reader(piece));
      },
    };
  }

  test('sends whatever is about a task where it was made, and all else in rotation', () => {
    const { pick, answer } = byTask(r1, r2, r3);
    expect(answer([created('a')])).toEqual([false]);
    const methods = ['tasks/get', 'tasks/update', 'tasks/cancel'];
    expect(methods.map((method) => pick(about('a', method)))).toEqual([r2, r2, r2]);
    const others = ['tools/call', 'subscriptions/listen', 'resources/read'];
    expect(others.map((method) => pick(about('a', method)))).toEqual([r1, r2, r3]);
    expect([pick(about('b')), pick(opening), pick({ ...opening, mcpMethod: 'tasks/get' })]).toEqual([
      r1,
      r2,
      r3,
    ]);
  });

  test('sends a task whose upstream is gone, is another boot or has refused in rotation', () => {
    const { policy, pick, answer } = byTask(r1, r2);
    answer([created('a')]);
    expect(pick(about('a'), r2)).toBe(r1);
    policy.upstreamsChanged([r1, upstream('r2')]);
    expect([pick(about('a')), pick(about('a'))].map((one) => one?.replica)).toEqual(['r2', 'r1']);
  });

  test.each([
    ['JSON', created('a')],
    ['JSON on several lines', JSON.stringify(JSON.parse(created('a')), null, 2)],
    ['a stream', `event: message\ndata: ${created('a')}\n\n`],
    ['a stream with progress', `: hi\n\ndata: {"method":"x"}\r\n\r\nid: 1\r\ndata:${created('a')}\r\n\r\n`],
  ])('learns from %s, in one piece or in many', (_what, body) => {
    for (const size of [1, 7, body.length]) {
      const { pick, answer } = byTask(r1, r2, r3);
      const pieces = Array.from({ length: Math.ceil(body.length / size) }, (_, i) =>
        body.slice(i * size, (i + 1) * size),
      );
      expect(answer(pieces)).toContain(false);
      expect([pick(about('a')), pick(about('a'))]).toEqual([r2, r2]);
    }
  });

  test('reads what a header or a message has encoded', () => {
    const { pick, answer } = byTask(r1, r2, r3);
    answer([Buffer.from(created('größe'), 'utf8').toString('latin1')]);
    const header = `=?base64?${Buffer.from('größe').toString('base64')}?=`;
    expect([pick(about(header)), pick(about(header))]).toEqual([r2, r2]);
  });

  test.each([
    ['another result', created('a', 'complete'), call, 200],
    [
      'text that quotes such an answer',
      JSON.stringify({ result: { content: [{ text: created('a') }] } }),
      call,
      200,
    ],
    ['an id that is no text', created(1), call, 200],
    ['an empty id', created(''), call, 200],
    ['what is no JSON', `{"result":{"resultType":"task","taskId":"a"}`, call, 200],
    ['null', 'null', call, 200],
    ['an error', created('a'), call, 400],
    ['what answers no call', created('a'), about('a'), 200],
    [
      'what says it too late',
      `data: {"x":"${'x'.repeat(lookedAtCharsMax)}"}\n\ndata: ${created('a')}\n\n`,
      call,
      200,
    ],
  ])('learns nothing from %s', (_what, body, request, status) => {
    const { pick, answer } = byTask(r1, r2, r3);
    answer([body], r2, request, status);
    expect([pick(about('a')), pick(about('a'))]).toEqual([r1, r2]);
  });

  test('keeps no id of any length, and looks into no answer beyond its limit', () => {
    const { pick, answer } = byTask(r1, r2, r3);
    const longest = 'x'.repeat(taskIdCharsMax);
    answer([created(longest)]);
    answer([created(`${longest}y`)]);
    expect([pick(about(longest)), pick(about(`${longest}y`)), pick(about(`${longest}y`))]).toEqual([
      r2,
      r1,
      r2,
    ]);
    expect(answer(['x'.repeat(lookedAtCharsMax - 1), 'x'])).toEqual([true, false]);
    // Who asks for another thing pays nothing.
    expect(answer([''], r2, about('a', 'resources/read'))).toBeUndefined();
  });
});

describe('the data of a body in chunks', () => {
  const body = `5\r\nabc\r\n\r\n1;x=y\r\nd\r\nA\r\n0123456789\r\n0\r\n\r\n`;

  test('is told in order, wherever it is divided, to its end', () => {
    for (let size = 1; size <= body.length; size++) {
      let heard = '';
      const reader = chunkData((piece) => {
        heard += piece;
        return true;
      });
      const wishes: boolean[] = [];
      for (let at = 0; at < body.length && wishes.at(-1) !== false; at += size) {
        wishes.push(reader(body.slice(at, at + size)));
      }
      expect(heard).toBe('abc\r\nd0123456789');
      expect(wishes.at(-1)).toBe(false);
    }
  });

  test('is told no more than its reader wants', () => {
    const heard: string[] = [];
    const reader = chunkData((piece) => heard.push(piece) < 2);
    expect(['2\r\nab', '\r\n1\r\nc\r\n'].map((piece) => reader(piece))).toEqual([true, false]);
  });
});

describe('the table of what was learned', () => {
  test('lets the one learned first go when it is full', () => {
    const table = learnedTable<string>(2);
    table.set('a', 'r1');
    table.set('b', 'r2');
    table.set('a', 'r3');
    table.set('c', 'r1');
    expect([table.get('a'), table.get('b'), table.get('c')]).toEqual([undefined, 'r2', 'r1']);
    table.delete('b');
    expect(table.get('b')).toBeUndefined();
  });
});

describe('hashing', () => {
  const names = Array.from({ length: 3000 }, (_, i) => `c${i + 1}`);
  const by = (client: string, n = 1): RoutedRequest => ({
    method: 'POST',
    sessionId: undefined,
    requestId: `${client}-${n}`,
  });
  const among = (count: number) => Array.from({ length: count }, (_, i) => upstream(`r${i + 1}`));
  const placed = (policy: RoutingPolicy<{ replica: string }>, upstreams: Upstreams) => {
    policy.upstreamsChanged(upstreams);
    return names.map((client) => policy.pick(by(client), [])?.replica);
  };
  const share = (a: unknown[], b: unknown[]) => a.filter((one, i) => one !== b[i]).length / a.length;

  describe.each([
    ['mod N', hashModulo],
    ['on a ring', consistentHash],
  ] as const)('%s', (_name, make) => {
    test('sends a client to one replica from its first request on, whatever its session', () => {
      const policy = make<{ replica: string }>();
      policy.upstreamsChanged([r1, r2, r3]);
      const home = policy.pick(by('c7', 1), []);
      expect(policy.pick(by('c7', 12), [])).toBe(home);
      expect(policy.pick({ ...by('c7', 13), sessionId: 'x' }, [])).toBe(home);
    });

    test('spreads clients, and takes another where the home refuses', () => {
      const policy = make<{ replica: string }>();
      const homes = placed(policy, [r1, r2, r3]);
      for (const replica of ['r1', 'r2', 'r3']) {
        expect(homes.filter((home) => home === replica).length / names.length).toBeCloseTo(1 / 3, 1);
      }
      const home = policy.pick(by('c7'), []);
      const other = policy.pick(by('c7'), home ? [home] : []);
      expect([r1, r2, r3]).toContain(other);
      expect(other).not.toBe(home);
      expect(policy.pick(by('c7'), [r1, r2, r3])).toBeUndefined();
    });

    test('has none to give when there is none', () => {
      expect(make().pick(by('c7'), [])).toBeUndefined();
    });
  });

  test('mod N moves 1 - 1/M when one joins, and 1 - gcd/max in general', () => {
    const policy = hashModulo<{ replica: string }>();
    const three = placed(policy, among(3));
    expect(share(three, placed(policy, among(4)))).toBeCloseTo(3 / 4, 1);
    expect(share(three, placed(policy, among(5)))).toBeCloseTo(4 / 5, 1);
    expect(share(three, placed(policy, among(6)))).toBeCloseTo(1 / 2, 1);
  });

  test('a ring moves (M - N)/M, and only to those that join; back when they leave', () => {
    const policy = consistentHash<{ replica: string }>();
    const three = placed(policy, among(3));
    const five = placed(policy, among(5));
    expect(share(three, five)).toBeCloseTo(2 / 5, 1);
    expect(five.every((home, i) => home === three[i] || ['r4', 'r5'].includes(String(home)))).toBe(true);
    expect(placed(policy, among(3))).toEqual(three);
  });

  test('without a request id it goes by the session', () => {
    expect(clientKey(within('s1'))).toBe('s1');
    expect(clientKey(opening)).toBe('');
    expect(clientKey({ ...opening, requestId: 'a-b-12' })).toBe('a-b');
    expect(clientKey({ ...opening, requestId: 'probe' })).toBe('probe');
  });
});
