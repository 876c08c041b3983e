import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { resumed } from '../events/index.ts';
import { type App, answerRpcError, rpcErrors, type ServerContext } from '../host/index.ts';
import { nodeHandler } from '../sdk/node-handler.ts';
import type { InitializeParams } from '../store/index.ts';
import { type BasketReference, bySession } from '../tools/index.ts';

/** One session's transport, of whichever SDK. */
export interface SessionTransport {
  handle(request: Request): Promise<Response>;
  /** Called once when the session ends, by DELETE among others. */
  onClose(listener: () => void): void;
  close(): Promise<void>;
}

export type OpenSession = (
  context: ServerContext,
  sessionId: string,
  baskets: BasketReference,
) => Promise<SessionTransport>;

/** Sessions that one replica holds; another `initialize` is refused with 503. */
const maxSessions = 100_000;

const sessionHeader = 'mcp-session-id';

export function sessionApp(context: ServerContext, openSession: OpenSession): App {
  const { store, events } = context;
  const ended = new AbortController();
  const held = new Map<string, SessionTransport>();
  /** Sessions that are being taken up; a second request waits for the first. */
  const arriving = new Map<string, Promise<SessionTransport>>();

  const hold = async (id: string): Promise<SessionTransport> => {
    const transport = await openSession(context, id, bySession(id));
    transport.onClose(() => held.delete(id));
    return transport;
  };

  const find = async (id: string): Promise<SessionTransport | undefined> => {
    if (!store.shared) return held.get(id);
    // What the store does not know has been ended, by whichever replica got the DELETE.
    const initialize = await store.session(id);
    if (initialize === undefined) {
      await held.get(id)?.close();
      return undefined;
    }
    return held.get(id) ?? arriving.get(id) ?? takeUp(id, initialize);
  };

  /** Another replica has opened it: the handshake is played again to a transport of our own. */
  const takeUp = (id: string, initialize: InitializeParams): Promise<SessionTransport> => {
    const arrival = (async () => {
      const transport = await hold(id);
      await replayHandshake(transport, id, initialize);
      held.set(id, transport);
      return transport;
    })().finally(() => arriving.delete(id));
    arriving.set(id, arrival);
    return arrival;
  };

  const open = async (request: Request): Promise<Response> => {
    const id = randomUUID();
    const params = initializeParams(await request.clone().text());
    const transport = await hold(id);
    const response = await transport.handle(request);
    // Whether it was an `initialize`, and a good one, is for the SDK to say.
    if (response.headers.get(sessionHeader) === id && params !== undefined) {
      try {
        await store.saveSession(id, params);
      } catch (error) {
        await transport.close();
        throw error;
      }
      held.set(id, transport);
    } else {
      await transport.close();
    }
    return response;
  };

  const route = async (request: Request): Promise<Response> => {
    const id = request.headers.get(sessionHeader);
    if (id === null) return open(request);
    const transport = await find(id);
    if (transport === undefined) return rpcError(404, rpcErrors.sessionNotFound, 'Session not found');
    const lastEventId = request.headers.get('last-event-id');
    if (request.method === 'GET' && lastEventId !== null && events) {
      const gone = AbortSignal.any([request.signal, ended.signal]);
      const rest = await resumed(events, id, lastEventId, gone);
      return rest ?? rpcError(400, rpcErrors.badRequest, 'Bad Request: unknown Last-Event-ID');
    }
    const response = await transport.handle(request);
    if (request.method === 'DELETE' && response.ok) {
      await store.deleteSession(id);
      await events?.forget(id);
    }
    return request.method === 'GET' ? standing(response, request.signal) : response;
  };

  const answer = nodeHandler(route);
  return {
    async handle(req: IncomingMessage, res: ServerResponse) {
      const opens = req.headers[sessionHeader] === undefined && req.method === 'POST';
      if (opens && held.size >= maxSessions) {
        answerRpcError(res, 503, rpcErrors.internal, `This replica holds ${maxSessions} sessions already`);
        return;
      }
      if (req.headers[sessionHeader] === undefined && req.method !== 'POST') {
        answerRpcError(res, 400, rpcErrors.badRequest, 'Bad Request: Session ID required');
        return;
      }
      await answer(req, res);
    },
    async close() {
      ended.abort();
      await Promise.all([...held.values()].map((transport) => transport.close()));
    },
  };
}

/**
 * The SDK's Node adapter sends the headers with the first event, and sees that a client has gone at the next
 * one. A notification stream may have none for long (its keep-alive comes after 15 s): a client would wait
 * for it to open, and one that comes back would be told that it has one (409). So the stream opens with a
 * comment, and ends when its client goes.
 */
function standing(response: Response, gone: AbortSignal): Response {
  if (!response.ok || response.body === null) return response;
  const opening = new TransformStream<Uint8Array, Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode(': open\n\n')),
  });
  return new Response(response.body.pipeThrough(opening, { signal: gone }), response);
}

/** The params of an `initialize` request; undefined if the body is anything else. */
function initializeParams(body: string): InitializeParams | undefined {
  try {
    const message = JSON.parse(body) as { method?: unknown; params?: unknown };
    const isInitialize = message.method === 'initialize' && typeof message.params === 'object';
    return isInitialize && message.params !== null ? (message.params as InitializeParams) : undefined;
  } catch {
    return undefined;
  }
}

async function replayHandshake(
  transport: SessionTransport,
  id: string,
  params: InitializeParams,
): Promise<void> {
  const post = async (message: object, headers: Record<string, string> = {}) => {
    const response = await transport.handle(
      new Request('http://localhost/mcp', {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...headers,
        },
        body: JSON.stringify({ jsonrpc: '2.0', ...message }),
      }),
    );
    if (!response.ok)
      throw new Error(`the session could not be taken up: ${response.status} ${await response.text()}`);
    // The stream ends with the answer; nobody is there to read it.
    await response.text();
  };
  await post({ id: 0, method: 'initialize', params });
  await post({ method: 'notifications/initialized' }, { [sessionHeader]: id });
}

function rpcError(status: number, code: number, message: string): Response {
  return Response.json({ jsonrpc: '2.0', error: { code, message }, id: null }, { status });
}
