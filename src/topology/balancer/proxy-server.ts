import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createProxyServer } from 'http-proxy';
import { Exchange } from './exchange.ts';
import type { PassageDeps } from './passage.ts';
import { clientIdleMs } from './relay.ts';

/** The balancer as an HTTP server over http-proxy, which takes whatever Node's parser takes. Not listening yet. */
export function createProxyHttpServer(deps: PassageDeps): Server {
  const proxy = createProxyServer({
    // The path goes on as it came, without being parsed and put together again.
    prependPath: false,
    toProxy: true,
    // http-proxy would hold back a stream's head until its first chunk, and let a broken stream hang.
    selfHandleResponse: true,
  });

  return createServer({ keepAliveTimeout: clientIdleMs }, (req, res) => {
    const exchange = new Exchange(deps, proxy, req, res);
    // Written to after the client has gone: `close` has told all there is to know.
    res.on('error', () => {});
    res.on('close', () => exchange.over());
    const excess = exchange.holds(0);
    if (excess !== undefined) {
      exchange.answer(excess);
      return;
    }
    if (!hasBody(req)) {
      exchange.forward(undefined);
      return;
    }
    const body: Buffer[] = [];
    let isTooMuch = false;
    req.on('data', (chunk: Buffer) => {
      // What is too much is read to its end and dropped: a client that is still sending sees no answer.
      if (isTooMuch) return;
      const limit = exchange.holds(chunk.length);
      if (limit === undefined) {
        body.push(chunk);
        return;
      }
      isTooMuch = true;
      body.length = 0;
      exchange.answer(limit);
    });
    req.on('end', () => {
      if (!isTooMuch) exchange.forward(body.length === 1 ? body[0] : Buffer.concat(body));
    });
  });
}

function hasBody(req: IncomingMessage): boolean {
  return req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
}
