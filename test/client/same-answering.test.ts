import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { connectorFor, type InputAnswer, type InputWatch } from '../../src/client/index.ts';
import { StopSource } from '../../src/core/index.ts';
import type { ClientKind, ProtocolRevision } from '../../src/record/index.ts';
import { type Asked, scriptServer, sendJson, sendResult } from '../support/script-server.ts';

/** Asked in the middle of a call, the official clients tell the same as the wire client, and say the same to the server. */

/** Answers one of the requests that carry a call; `turn` counts them from 1, answers to questions among them. */
type Script = (turn: number, asked: Asked, response: ServerResponse, streams: ServerResponse[]) => void;

const never = new AbortController().signal;
const yes: InputAnswer = { action: 'accept', content: { goOn: true }, tamper: false };
const done = { resultType: 'complete', content: [], structuredContent: { steps: 4 } };
const form = {
  mode: 'form',
  message: 'Go on?',
  requestedSchema: { type: 'object', properties: { goOn: { type: 'boolean' } }, required: ['goOn'] },
};
const question = { method: 'elicitation/create', params: form };
const data = (message: object) =>
  `event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`;

interface Given {
  answer?: InputAnswer;
  /** The user never answers: the deadline passes as soon as there is a question. */
  late?: boolean;
}

async function visit(
  kind: ClientKind,
  protocol: ProtocolRevision,
  script: Script,
  { answer = yes, late }: Given,
) {
  let turn = 0;
  const streams: ServerResponse[] = [];
  await using server = await scriptServer((one, response) => {
    const { method, id } = one.body ?? {};
    if (method === 'initialize') {
      const opened = {
        protocolVersion: '2025-11-25',
        capabilities: {},
        serverInfo: { name: 's', version: '1' },
      };
      sendResult(response, one, opened, { 'mcp-session-id': 's-1' });
    } else if (method === 'tools/call' || (method === undefined && id !== undefined)) {
      turn += 1;
      if (method !== undefined) streams.push(response);
      script(turn, one, response, streams);
    } else response.writeHead(202).end();
  });
  const told: object[] = [];
  const stop = new StopSource();
  const watch: InputWatch = {
    roundsMax: 3,
    onAsked: async (asked, signal) => {
      told.push(asked);
      if (!late) return answer;
      stop.abort();
      expect(signal.aborted).toBe(true);
      return undefined;
    },
    onAnswered: (answered) => void told.push(answered),
  };
  await using connector = (await connectorFor(kind, protocol))(server.url);
  let n = 0;
  const connection = connector.connect({
    answers: true,
    nextRequestId: () => `c1-${++n}`,
    turnAround: async () => {},
  });
  await connection.open(never);
  const call = { tool: 'report', arguments: { steps: 4 }, opId: 'c1.0' };
  const { transcript, ...came } = (await connection.callAnswering?.(call, watch, stop)) ?? {
    transcript: undefined,
    outcome: 'ok',
  };
  await connection.close(never);
  const said = server.asked
    .filter(
      ({ body }) => body?.method === 'tools/call' || body?.method === 'initialize' || body?.result?.action,
    )
    .map(({ body: { method, params = {}, result }, headers }) => ({
      ...{ method, result, name: params.name, arguments: params.arguments, meta: params._meta },
      ...{ responses: params.inputResponses, state: params.requestState, capabilities: params.capabilities },
      ...{ exchange: headers['x-windtunnel-request'], session: headers['mcp-session-id'] },
    }));
  return { came, told, said, status: transcript?.status };
}

const withSession: [string, Script, Given, object][] = [
  [
    'a question that is answered',
    (turn, one, response, streams) => {
      if (turn === 1) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(data({ id: 'q1', ...question }));
        return;
      }
      response.writeHead(202).end();
      expect(one.body).toMatchObject({ id: 'q1', result: { action: 'accept', content: { goOn: true } } });
      streams[0]?.end(data({ id: callId(streams), result: done }));
    },
    {},
    { outcome: 'ok', value: { structuredContent: { steps: 4 } } },
  ],
  [
    'a question that is declined, with a ping before it',
    (_turn, one, response, streams) => {
      if (one.body.method === 'tools/call') {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(data({ id: 'p', method: 'ping' }) + data({ id: 7, ...question }));
        return;
      }
      response.writeHead(202).end();
      if (one.body.id === 7)
        streams[0]?.end(data({ id: callId(streams), result: { ...done, isError: true } }));
    },
    { answer: { ...yes, action: 'decline' } },
    { outcome: 'ok', value: { isError: true } },
  ],
  [
    'an answer that reaches nobody who knows the session',
    (turn, _one, response, streams) => {
      if (turn === 1) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(data({ id: 0, ...question }));
        return;
      }
      response.writeHead(404).end('no such session');
      streams[0]?.destroy();
    },
    {},
    { outcome: 'info', failure: { kind: 'broken' } },
  ],
  [
    'more questions than are answered',
    (turn, one, response, streams) => {
      if (turn === 1) response.writeHead(200, { 'content-type': 'text/event-stream' });
      else response.writeHead(202).end();
      if (turn === 4) streams[0]?.write(data({ id: 'more', ...question }));
      if (turn === 4) streams[0]?.end(data({ id: callId(streams), result: done }));
      else streams[0]?.write(data({ id: turn, ...question }));
      expect(turn === 1 ? one.body.method : one.body.id).toBe(turn === 1 ? 'tools/call' : turn - 1);
    },
    {},
    { outcome: 'ok' },
  ],
  [
    'a user who does not answer in time',
    (turn, _one, response) => {
      if (turn > 1) throw new Error('nobody has answered');
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(data({ id: 'q1', ...question }));
    },
    { late: true },
    { outcome: 'info', failure: { kind: 'timeout' } },
  ],
];

/** Clients count their ids as they like. */
const callIds = new WeakMap<ServerResponse, unknown>();
const callId = ([stream]: ServerResponse[]) => (stream ? callIds.get(stream) : undefined);
const noting =
  (script: Script): Script =>
  (turn, one, response, streams) => {
    if (one.body.method === 'tools/call') callIds.set(response, one.body.id);
    script(turn, one, response, streams);
  };

/** Own words for what broke. */
function shared({ came, told, ...rest }: Awaited<ReturnType<typeof visit>>) {
  const failure = 'failure' in came ? came.failure : undefined;
  const message = failure?.kind === 'broken' && failure.code === undefined ? 'broke' : failure?.message;
  return { ...rest, told, came: { ...came, ...(failure && { failure: { ...failure, message } }) } };
}

describe.each(['sdk', 'sdk-v2'] as const)('2025-11-25 with the client %s', (kind) => {
  it.each(withSession)('meets %s as the wire client does', async (_what, script, given, expected) => {
    const mine = await visit('wire', '2025-11-25', noting(script), given);
    const theirs = await visit(kind, '2025-11-25', noting(script), given);
    expect(mine.came).toMatchObject(expected);
    expect(mine.said[0]?.capabilities).toEqual({ elicitation: { form: {} } });
    // A ping is the SDKs' to answer; the wire client passes it over.
    const numbered = (view: typeof mine) => shared(view).said.map(({ exchange, ...one }) => one);
    expect(numbered(theirs)).toEqual(numbered(mine));
    expect(told(theirs)).toEqual(told(mine));
    expect(shared(theirs).came).toEqual(shared(mine).came);
  });
});

/** What was told, with the exchanges by what they were. */
function told({ told: all, said }: Awaited<ReturnType<typeof visit>>) {
  const of = (id: string) => said.findIndex(({ exchange }) => exchange === id);
  return all.map((one) => ({ ...one, requestId: of((one as { requestId: string }).requestId) }));
}

const asks = (requestState?: string, ...keys: string[]) => ({
  resultType: 'input_required',
  ...(keys.length > 0 && { inputRequests: Object.fromEntries(keys.map((key) => [key, question])) }),
  ...(requestState !== undefined && { requestState }),
});
const inTurn =
  (...results: object[]): Script =>
  (turn, one, response) =>
    sendResult(response, one, results[turn - 1] ?? done);
const declares = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } } };

const inRounds: [string, Script, Given, object][] = [
  ['a question that is answered', inTurn(asks('s1', 'a')), {}, { outcome: 'ok' }],
  [
    'two rounds, with two questions and one',
    inTurn(asks('s1', 'a', 'b'), asks('s2', 'c')),
    {},
    { outcome: 'ok' },
  ],
  ['a question without a state', inTurn(asks(undefined, 'a')), {}, { outcome: 'ok' }],
  ['a server that wants to be called again', inTurn(asks('s1'), asks('s2', 'a')), {}, { outcome: 'ok' }],
  [
    'a user who alters the state',
    inTurn(asks('abc', 'a')),
    { answer: { ...yes, tamper: true } },
    { outcome: 'ok' },
  ],
  [
    'a user who cancels',
    inTurn(asks('s1', 'a')),
    { answer: { ...yes, action: 'cancel' } },
    { outcome: 'ok' },
  ],
  [
    'a state that is refused',
    (turn, one, response) => {
      if (turn === 1) return sendResult(response, one, asks('s1', 'a'));
      const error = { code: -32602, message: 'the state is too old' };
      sendJson(response, 400, { jsonrpc: '2.0', id: one.body.id, error });
    },
    {},
    { outcome: 'fail', failure: { kind: 'rejected', code: -32602 } },
  ],
  [
    'questions without end',
    inTurn(asks('1', 'a'), asks('2', 'a'), asks('3', 'a'), asks('4', 'a')),
    {},
    { outcome: 'info', failure: { kind: 'malformed', message: 'it was asked more than 3 times' } },
  ],
  [
    'a question for what it did not declare',
    inTurn({ resultType: 'input_required', inputRequests: { a: { method: 'roots/list' }, b: question } }),
    {},
    { outcome: 'info', failure: { kind: 'malformed' } },
  ],
  [
    'neither question nor state',
    inTurn({ resultType: 'input_required' }),
    {},
    { outcome: 'info', failure: { kind: 'malformed' } },
  ],
  [
    'a user who does not answer in time',
    inTurn(asks('s1', 'a')),
    { late: true },
    { outcome: 'fail', failure: { kind: 'timeout' } },
  ],
];

describe('2026-07-28 with the client sdk', () => {
  it.each(inRounds)('meets %s as the wire client does', async (_what, script, given, expected) => {
    const mine = await visit('wire', '2026-07-28', script, given);
    const theirs = await visit('sdk', '2026-07-28', script, given);
    expect(mine.came).toMatchObject(expected);
    expect(mine.said[0]?.meta).toMatchObject(declares);
    expect(shared(theirs)).toEqual(shared(mine));
  });

  it('declares that it can be asked where it answers, and nowhere else', async () => {
    await using server = await scriptServer((one, response) => sendResult(response, one, done));
    await using connector = (await connectorFor('sdk', '2026-07-28'))(server.url);
    const connection = connector.connect({
      answers: true,
      nextRequestId: () => 'c1-1',
      turnAround: async () => {},
    });
    await connection.call({ tool: 'echo', arguments: {}, opId: 'c1.0' }, never);
    expect(server.asked[0]?.body.params._meta).toMatchObject({
      'io.modelcontextprotocol/clientCapabilities': {},
    });
    await connection.close(never);
  });
});
