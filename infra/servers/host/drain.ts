import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { standingStream } from '../events/index.ts';

/** How long the streams may take to end once `closeApp` has ended them: they only have to be written out. */
const endingMs = 500;

/**
 * Watches a server's requests, so that it can be drained: it stops accepting connections, closes idle ones,
 * answers what is in flight and what still arrives on open connections, each with `Connection: close`.
 *
 * Streams that stand until someone ends them (see `isStanding`) are not waited for; `closeApp` ends them
 * after the last answer.
 *
 * @returns the drain, which resolves to the number of requests that were cut at the bound.
 */
export function drainable(
  server: Server,
  closeApp: () => Promise<void>,
): (withinMs: number) => Promise<number> {
  const inFlight = new Map<ServerResponse, IncomingMessage>();
  const standing = new Map<ServerResponse, IncomingMessage>();
  let draining = false;
  let onEnded: (() => void) | undefined;

  const ended = (open: typeof inFlight, withinMs: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      onEnded = () => {
        if (open.size > 0) return;
        clearTimeout(timer);
        resolve();
      };
      onEnded();
    });

  // Before the server's own listener, so that an answer given at once is seen, too.
  server.prependListener('request', (req: IncomingMessage, res: ServerResponse) => {
    if (draining) closeAfterAnswer(req, res);
    const open = isStanding(req) ? standing : inFlight;
    open.set(res, req);
    res.once('close', () => {
      open.delete(res);
      onEnded?.();
    });
  });

  return async (withinMs) => {
    draining = true;
    server.close();
    for (const [res, req] of inFlight) closeAfterAnswer(req, res);
    await ended(inFlight, withinMs);
    const cut = inFlight.size;
    await closeApp();
    await ended(standing, endingMs);
    server.closeAllConnections();
    return cut;
  };
}

/**
 * A notification stream carries no answer: the GET of 2025-11-25, `subscriptions/listen` of 2026-07-28. The rest of a stream
 * that broke, which is a GET as well, does.
 */
function isStanding({ method, headers }: IncomingMessage): boolean {
  if (headers['mcp-method'] === 'subscriptions/listen') return true;
  const from = headers['last-event-id'];
  return method === 'GET' && (typeof from !== 'string' || from.startsWith(standingStream));
}

/**
 * The SDK's transports put `Connection: keep-alive` on every SSE answer, which Node then obeys; so the header
 * is replaced on its way out. If it is out already, the connection is closed behind the answer.
 */
function closeAfterAnswer(req: IncomingMessage, res: ServerResponse): void {
  if (res.headersSent) {
    res.once('finish', () => req.socket.destroySoon());
    return;
  }
  const writeHead = res.writeHead.bind(res) as (status: number, headers: object) => ServerResponse;
  res.writeHead = ((status: number, headers?: object) =>
    writeHead(status, { ...headers, connection: 'close' })) as typeof res.writeHead;
}
