import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { connectorFor, type StreamCall, type StreamWatch } from '../../src/client/index.ts';
import { TimeLimit } from '../../src/core/index.ts';
import type { ClientKind, ProtocolRevision } from '../../src/record/index.ts';
import { type Asked, scriptServer, sendResult } from '../support/script-server.ts';

const never = new AbortController().signal;
const report: StreamCall = {
  tool: 'report',
  arguments: {},
  opId: 'c1.0',
  stream: 'c1.0/1',
  idempotencyKey: 'c1.0',
};
const result = { resultType: 'complete', content: [], structuredContent: { steps: 3 } };

type Answer = (asked: Asked, response: ServerResponse) => void;

/** What a client notes of a stream, as words. */
function notebook(resumes: boolean, dropAfter = Number.POSITIVE_INFINITY) {
  const notes: string[] = [];
  let events = 0;
  const watch: StreamWatch = {
    onProgress(token, progress) {
      notes.push(`${String(token)} ${String(progress)}`);
      events += 1;
      return events === dropAfter;
    },
    onBreak({ failure, dropped, lastEventId }) {
      notes.push(`${dropped ? 'dropped' : failure.kind} at ${lastEventId}`);
      return resumes;
    },
    onResumed: ({ status }) => void notes.push(`resumed ${status}`),
  };
  return { notes, watch };
}

/** Opens a session, calls with a stream, and returns the answer. */
async function callBy(
  kind: ClientKind,
  protocol: ProtocolRevision,
  watch: StreamWatch,
  answer: Answer,
  signal: Parameters<NonNullable<ReturnType<typeof connectionOf>['stream']>>[2] = never,
) {
  await using server = await scriptServer((asked, response) => {
    if (asked.body?.method === 'tools/call') callId = asked.body.id;
    if (asked.body?.method === 'initialize') {
      const opened = {
        protocolVersion: '2025-11-25',
        capabilities: {},
        serverInfo: { name: 's', version: '1' },
      };
      sendResult(response, asked, opened, { 'mcp-session-id': 's-1' });
    } else if (asked.method === 'GET' || asked.body?.method === 'tools/call') answer(asked, response);
    else response.writeHead(202).end();
  });
  await using connector = (await connectorFor(kind, protocol))(server.url);
  const connection = connectionOf(connector);
  await connection.open(never);
  return { answer: await connection.stream?.(report, watch, signal), asked: server.asked };
}

function connectionOf(connector: ReturnType<Awaited<ReturnType<typeof connectorFor>>>) {
  let n = 0;
  return connector.connect({ nextRequestId: () => `c1-${++n}`, turnAround: async () => {} });
}

type Tail = Parameters<typeof callBy> extends [unknown, ...infer Rest] ? Rest : never;

const begin = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' });
const sse = (data: object | '', id?: string) =>
  `${id === undefined ? '' : `id: ${id}\n`}data: ${data === '' ? '' : JSON.stringify(data)}\n\n`;
const progress = (number: unknown, token: unknown = 'c1.0/1') => ({
  jsonrpc: '2.0',
  method: 'notifications/progress',
  params: { progressToken: token, progress: number },
});
/** Of the call that came last; each client counts as it likes. */
let callId: unknown;
const done = (id = callId) => ({ jsonrpc: '2.0', id, result });

describe.each(['wire', 'sdk', 'sdk-v2'] as const)('a stream of 2025-11-25 with the client %s', (kind) => {
  const call = (...rest: Tail) => callBy(kind, ...rest);

  it('is followed to its response, with the token, the key and the operation in the call', async () => {
    const { notes, watch } = notebook(true);
    const { answer, asked } = await call('2025-11-25', watch, (_asked, response) => {
      begin(response).end(sse('', 's_1') + sse(progress(1), 's_2') + sse(progress(2)) + sse(done(), 's_4'));
    });
    expect(answer).toMatchObject({ outcome: 'ok', value: { structuredContent: { steps: 3 } } });
    expect(notes).toEqual(['c1.0/1 1', 'c1.0/1 2']);
    expect(asked.at(-1)?.body.params._meta).toEqual({
      'io.mcp-windtunnel/opId': 'c1.0',
      progressToken: 'c1.0/1',
      'io.mcp-windtunnel/idempotencyKey': 'c1.0',
    });
  });

  it('is resumed from the last id that came, also that of the event which only opens it, and again if it breaks again', async () => {
    const { notes, watch } = notebook(true);
    let gets = 0;
    const { answer, asked } = await call('2025-11-25', watch, ({ method }, response) => {
      begin(response);
      if (method === 'POST') response.write(sse('', 's_1'), () => response.destroy());
      else if (++gets === 1) response.end(sse(progress(1), 's_2'));
      else response.end(sse(progress(2), 's_3') + sse(done(), 's_4'));
    });
    expect(answer?.outcome).toBe('ok');
    expect(notes).toEqual([
      'broken at s_1',
      'c1.0/1 1',
      'resumed 200',
      'broken at s_2',
      'c1.0/1 2',
      'resumed 200',
    ]);
    const resumptions = asked.filter(({ method }) => method === 'GET').map(({ headers }) => headers);
    expect(resumptions.map((headers) => headers['last-event-id'])).toEqual(['s_1', 's_2']);
    expect(resumptions[0]).toMatchObject({
      'mcp-session-id': 's-1',
      'mcp-protocol-version': '2025-11-25',
      accept: expect.stringContaining('text/event-stream'),
    });
  });

  it('is let go of where the client says so, and resumed behind that', async () => {
    const { notes, watch } = notebook(true, 2);
    const { answer } = await call('2025-11-25', watch, ({ method }, response) => {
      begin(response);
      if (method === 'POST') {
        response.write(sse(progress(1), 's_1'));
        response.write(sse(progress(2), 's_2'));
      } else response.end(sse(done()));
    });
    expect(answer?.outcome).toBe('ok');
    expect(notes).toEqual(['c1.0/1 1', 'c1.0/1 2', 'dropped at s_2', 'resumed 200']);
  });

  it('shows nothing behind the event at which it is let go of, and has the rest from there', async () => {
    const { notes, watch } = notebook(true, 2);
    const { answer, asked } = await call('2025-11-25', watch, ({ method }, response) => {
      begin(response);
      const all = [1, 2, 3].map((number) => sse(progress(number), `s_${number}`)).join('');
      if (method === 'POST') response.write(all);
      else response.end(sse(progress(3), 's_3') + sse(done(), 's_4'));
    });
    expect(answer?.outcome).toBe('ok');
    expect(notes).toEqual(['c1.0/1 1', 'c1.0/1 2', 'dropped at s_2', 'c1.0/1 3', 'resumed 200']);
    expect(asked.find(({ method }) => method === 'GET')?.headers['last-event-id']).toBe('s_2');
  });

  it('is asked for again where whoever stands between has nobody to ask', async () => {
    const { notes, watch } = notebook(true);
    let gets = 0;
    const { answer } = await call('2025-11-25', watch, ({ method }, response) => {
      if (method === 'GET' && ++gets === 1) response.writeHead(503).end('nobody there');
      else begin(response).end(method === 'POST' ? sse('', 's_1') : sse(done(), 's_2'));
    });
    expect(answer?.outcome).toBe('ok');
    expect(notes).toEqual(['broken at s_1', 'resumed 503', 'broken at s_1', 'resumed 200']);
  });

  it('is resumed from the same id if the rest breaks before an event; the official clients forget which', async () => {
    const { notes, watch } = notebook(true);
    let gets = 0;
    const { answer, asked } = await call('2025-11-25', watch, ({ method }, response) => {
      begin(response);
      if (method === 'POST') response.end(sse('', 's_1'));
      else if (++gets === 1) response.end(': nothing yet\n\n');
      else response.end(sse(done(), 's_2'));
    });
    expect(answer?.outcome).toBe('ok');
    expect(notes).toEqual(['broken at s_1', 'resumed 200', 'broken at s_1', 'resumed 200']);
    const ids = asked.filter(({ method }) => method === 'GET').map(({ headers }) => headers['last-event-id']);
    expect(ids).toEqual(['s_1', kind === 'wire' ? 's_1' : undefined]);
  });

  it('is not resumed without an id, nor where the client would not', async () => {
    for (const [resumes, id] of [
      [true, undefined],
      [false, 's_1'],
    ] as const) {
      const { notes, watch } = notebook(resumes);
      const { answer, asked } = await call('2025-11-25', watch, (_asked, response) => {
        begin(response).write(sse(progress(1), id), () => response.destroy());
      });
      expect(answer).toMatchObject({ outcome: 'info', failure: { kind: 'broken' } });
      expect(notes).toEqual(['c1.0/1 1', `broken at ${id ?? null}`]);
      expect(asked.some(({ method }) => method === 'GET')).toBe(false);
    }
  });

  it('that is refused leaves the outcome open: the call had been sent', async () => {
    const refusals = [
      [
        400,
        '{"jsonrpc":"2.0","error":{"code":-32000,"message":"unknown Last-Event-ID"},"id":null}',
        'broken',
      ],
      [
        404,
        '{"jsonrpc":"2.0","error":{"code":-32001,"message":"Session not found"},"id":null}',
        'unknown-session',
      ],
    ] as const;
    for (const [status, body, kind] of refusals) {
      const { notes, watch } = notebook(true);
      const { answer } = await call('2025-11-25', watch, ({ method }, response) => {
        if (method === 'POST') begin(response).end(sse('', 's_1'));
        else response.writeHead(status, { 'content-type': 'application/json' }).end(body);
      });
      expect(answer).toMatchObject({ outcome: 'info', failure: { kind, status } });
      expect(notes).toEqual(['broken at s_1', `resumed ${status}`]);
    }
  });

  it("shows events of others by the token they carry, and takes no other's response for its own", async () => {
    const { notes, watch } = notebook(true);
    const { answer } = await call('2025-11-25', watch, (_asked, response) => {
      const others = sse(progress(7, 'c2.0/1')) + sse(done(99)) + sse(progress('x', 5));
      begin(response).end(others + sse(done()));
    });
    expect(answer?.outcome).toBe('ok');
    expect(notes).toEqual(['c2.0/1 7', '5 x']);
  });

  it('passes over ids that no header can carry', async () => {
    const { notes, watch } = notebook(true);
    await call('2025-11-25', watch, (_asked, response) => {
      begin(response).end(sse(progress(1), 'é'.repeat(10)) + sse(progress(2), 'x'.repeat(60_000)));
    });
    expect(notes).toEqual(['c1.0/1 1', 'c1.0/1 2', 'broken at null']);
  });

  it('may have any number of events: none of them is kept', async () => {
    let events = 0;
    let last: unknown;
    const { watch } = notebook(true);
    const counting: StreamWatch = {
      ...watch,
      onProgress(_token, number) {
        events += 1;
        last = number;
        return false;
      },
    };
    // An official client takes fifty times as long.
    const total = kind === 'wire' ? 100_000 : 10_000;
    const { answer } = await call('2025-11-25', counting, async (_asked, response) => {
      begin(response);
      for (let number = 1; number <= total; number += 1000) {
        const batch = Array.from({ length: 1000 }, (_, i) => sse(progress(number + i)));
        if (!response.write(batch.join(''))) await new Promise((resolve) => response.once('drain', resolve));
      }
      response.end(sse(done()));
    });
    expect(answer?.outcome).toBe('ok');
    expect([events, last]).toEqual([total, total]);
    expect(answer?.transcript?.answerBody.length).toBeLessThanOrEqual(8192);
    expect(answer?.transcript?.answerBytes).toBeGreaterThan(80 * total);
  });

  it('that stays silent is waited for until the deadline, and then cancelled', async () => {
    const { notes, watch } = notebook(true);
    using limit = new TimeLimit(never, 300);
    const { answer, asked } = await call(
      '2025-11-25',
      watch,
      ({ method }, response) => {
        if (method === 'POST') begin(response).end(sse('', 's_1'));
        else begin(response).write(': open\n\n');
      },
      limit,
    );
    expect(answer).toMatchObject({ outcome: 'info', failure: { kind: 'timeout' } });
    expect(notes).toEqual(['broken at s_1', 'resumed 200']);
    const cancelled = asked.find(({ body }) => body?.method === 'notifications/cancelled');
    expect(cancelled?.body.params).toMatchObject({ requestId: callId });
  });
});

describe.each(['wire', 'sdk'] as const)('a stream of 2026-07-28 with the client %s', (kind) => {
  const call = (...rest: Tail) => callBy(kind, ...rest);

  it('is followed to its response', async () => {
    const { notes, watch } = notebook(true);
    const { answer, asked } = await call('2026-07-28', watch, (_asked, response) => {
      begin(response).end(sse(progress(1)) + sse(done()));
    });
    expect(answer?.outcome).toBe('ok');
    expect(notes).toEqual(['c1.0/1 1']);
    expect(asked[0]?.body.params._meta).toMatchObject({
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      progressToken: 'c1.0/1',
      'io.mcp-windtunnel/idempotencyKey': 'c1.0',
    });
    expect(asked[0]?.headers).toMatchObject({ 'mcp-method': 'tools/call', 'mcp-name': 'report' });
  });

  it('cannot be resumed, whatever ids it carries', async () => {
    const { notes, watch } = notebook(true);
    const { answer, asked } = await call('2026-07-28', watch, (_asked, response) => {
      begin(response).write(sse(progress(1), 's_1'), () => response.destroy());
    });
    expect(answer).toMatchObject({ outcome: 'info', failure: { kind: 'broken' } });
    expect(notes).toEqual(['c1.0/1 1', 'broken at null']);
    expect(asked).toHaveLength(1);
  });
});
