import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { connectorFor, type InputAnswer, type InputWatch } from '../../src/client/index.ts';
import type { ClientKind } from '../../src/record/index.ts';
import { type Asked, type ScriptServer, scriptServer, sendResult } from '../support/script-server.ts';

/** Tasks of 2025-11-25 that ask on the stream of `tasks/result`. */

const never = new AbortController().signal;
const yes: InputAnswer = { action: 'accept', content: { goOn: true }, tamper: false };
const relatedTask = 'io.modelcontextprotocol/related-task';
const related = { _meta: { [relatedTask]: { taskId: 't1' } } };
const result = { content: [], structuredContent: { steps: 2 }, ...related };
const initialized = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: {}, tasks: {} },
  serverInfo: { name: 's', version: '1' },
};

const open = (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
const event = (message: object) => `data: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`;
const form = {
  ...{ mode: 'form', message: 'go on?' },
  requestedSchema: { type: 'object', properties: { goOn: { type: 'boolean' } } },
};
const question = (id: string | number, meta: object = related) =>
  event({ id, method: 'elicitation/create', params: { ...form, ...meta } });
const isAnswer = ({ body }: Asked) => body?.method === undefined && body?.result !== undefined;

interface Script {
  /** The n-th `tasks/result`, from 1. */
  onResult(asked: Asked, response: ServerResponse, n: number): void;
  onAnswer?(asked: Asked, response: ServerResponse): void;
  /** What the user says, and when. */
  user?: (server: ScriptServer) => Promise<InputAnswer | undefined>;
  answerMs?: number;
  /** What is waited for before the server is gone. */
  last?: (server: ScriptServer) => Promise<unknown>;
}

/** A session in which the result of `t1` is asked for so many times; what its client was told, and what its server was asked. */
async function play(
  kind: ClientKind,
  { onResult, onAnswer, user = async () => yes, answerMs, last }: Script,
  times = 1,
) {
  let results = 0;
  await using server = await scriptServer((asked, response) => {
    const { method } = asked.body ?? {};
    if (method === 'initialize') {
      sendResult(response, asked, initialized, { 'mcp-session-id': 's1' });
    } else if (method === 'tasks/result') {
      results += 1;
      onResult(asked, response, results);
    } else if (isAnswer(asked) && onAnswer) onAnswer(asked, response);
    else response.writeHead(202).end();
  });
  await using connector = (await connectorFor(kind, '2025-11-25'))(server.url);
  let exchanges = 0;
  const connection = connector.connect({
    answers: true,
    nextRequestId: () => `c1-${++exchanges}`,
    turnAround: async () => {},
  });
  await connection.open(never);
  const told: unknown[] = [];
  const watch: InputWatch = {
    roundsMax: 3,
    ...(answerMs !== undefined && { answerMs }),
    onAsked: async ({ round, requestId, how }) => {
      told.push(['asked', round, requestId, how]);
      return user(server);
    },
    onAnswered: ({ round, requestId, status, failure }) =>
      void told.push(['answered', round, requestId, status, failure?.kind]),
  };
  const answers = [];
  for (let n = 0; n < times; n++) answers.push(await connection.tasks.result?.('t1', never, watch));
  await last?.(server);
  return { answers, told, asked: server.asked, posted: server.asked.filter(isAnswer) };
}

describe.each(['wire', 'sdk'] as const)(
  'a task that asks a %s client on the stream of its result',
  (kind) => {
    it('is answered by a POST in the same session that names the task, and its result waited for', async () => {
      let end = () => {};
      const { answers, told, posted, asked } = await play(kind, {
        onResult(one, response) {
          open(response);
          response.write(question('q1'));
          end = () => void response.end(event({ id: one.body.id, result }));
        },
        onAnswer(_one, response) {
          response.writeHead(202).end();
          end();
        },
      });
      expect(answers).toMatchObject([
        { outcome: 'ok', requestId: 'c1-3', value: { structuredContent: { steps: 2 } } },
      ]);
      expect(told).toEqual([
        ['asked', 1, 'c1-3', 'stream'],
        ['answered', 1, 'c1-4', 202, undefined],
      ]);
      expect(posted).toMatchObject([
        {
          headers: { 'mcp-session-id': 's1', 'x-windtunnel-request': 'c1-4' },
          body: { id: 'q1', result: { action: 'accept', content: { goOn: true }, ...related } },
        },
      ]);
      expect(asked[0]?.body.params.capabilities).toEqual({ elicitation: { form: {} } });
    });

    it('is answered each question once, and again on another stream', async () => {
      const { posted, told } = await play(
        kind,
        {
          onResult(one, response) {
            open(response);
            response.write(question('q1') + question('q1') + question(2, {}));
            response.end(event({ id: one.body.id, result }));
          },
        },
        2,
      );
      expect(posted.map(({ body }) => body.id).toSorted()).toEqual([2, 2, 'q1', 'q1']);
      expect(posted.find(({ body }) => body.id === 2)?.body.result).not.toHaveProperty('_meta');
      expect(told).toHaveLength(8);
    });

    it('is not answered more questions than the client takes', async () => {
      const { posted } = await play(kind, {
        onResult(one, response) {
          open(response);
          response.write(['a', 'b', 'c', 'd', 'e'].map((id) => question(id)).join(''));
          response.end(event({ id: one.body.id, result }));
        },
      });
      expect(posted).toHaveLength(3);
    });

    it('is answered though the stream has broken meanwhile', async () => {
      const { promise: broken, resolve } = Promise.withResolvers<void>();
      const { answers, told } = await play(kind, {
        onResult(_one, response) {
          open(response);
          response.once('close', () => resolve());
          response.write(question('q1'), () => response.destroy());
        },
        user: () => broken.then(() => yes),
      });
      expect(answers).toMatchObject([{ outcome: 'info', failure: { kind: 'broken' } }]);
      expect(told.at(-1)).toEqual(['answered', 1, 'c1-4', 202, undefined]);
    });

    const meetings: [name: string, meet: (response: ServerResponse) => unknown, failure: string][] = [
      ['refused', (response) => response.writeHead(404).end(), 'rejected'],
      ['met by a gateway without a server', (response) => response.writeHead(502).end(), 'rejected'],
      ['cut off', (response) => response.destroy(), 'broken'],
      ['met with silence', () => {}, 'timeout'],
    ];
    it.each(meetings)(
      'is let go of when the answer is %s, since only another request is asked again',
      async (_name, meet, failure) => {
        const isCancel = ({ body }: Asked) => body?.method === 'notifications/cancelled';
        const { answers, told, asked } = await play(kind, {
          onResult(_one, response) {
            open(response);
            response.write(question('q1'));
          },
          onAnswer: (_one, response) => void meet(response),
          answerMs: 200,
          last: (server) => server.seen(isCancel),
        });
        expect(answers).toMatchObject([
          { outcome: 'info', failure: { kind: 'broken', message: expect.stringContaining('was not taken') } },
        ]);
        expect(told.at(-1)).toEqual([
          'answered',
          1,
          'c1-4',
          failure === 'rejected' ? expect.any(Number) : null,
          failure,
        ]);
        const waited = asked.find(({ body }) => body?.method === 'tasks/result');
        expect(asked.find(isCancel)?.body.params).toMatchObject({
          requestId: waited?.body.id,
          reason: expect.stringContaining('was not taken'),
        });
      },
    );
  },
);
