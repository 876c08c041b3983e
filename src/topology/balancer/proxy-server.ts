import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createProxyServer } from 'http-proxy';
import { Exchange, type ExchangeDeps } from './exchange.ts';

export interface ProxyLimits {
  /** Requests under way at once. */
  requestsMax: number;
  /** Of one request. */
  bodyBytesMax: number;
  /** Of the bodies of all requests under way. */
  heldBytesMax: number;
}

export const defaultLimits: ProxyLimits = {
  requestsMax: 10_000,
  bodyBytesMax: 4 * 1024 * 1024,
  heldBytesMax: 256 * 1024 * 1024,
};

/** Idle time granted to clients, as nginx does; they learn it from `Keep-Alive: timeout=75`. */
const clientIdleMs = 75_000;
/** An upstream whose queue of new connections is full does not refuse, it stays silent. */
const connectTimeoutMs = 5_000;

export interface ProxyHttpServer {
  /** Not listening yet. */
  server: Server;
  /** Requests under way; each is recorded when it is no more counted. */
  requestCount(): number;
}

/** The HTTP side of the balancer. */
export function createProxyHttpServer(
  deps: Omit<ExchangeDeps, 'proxy'>,
  limits: ProxyLimits,
): ProxyHttpServer {
  const proxy = createProxyServer({
    // The path goes on as it came, without being parsed and put together again.
    prependPath: false,
    toProxy: true,
    // http-proxy would hold back a stream's head until its first chunk, and let a broken stream hang.
    selfHandleResponse: true,
    connectTimeout: connectTimeoutMs,
  });
  const exchangeDeps = { ...deps, proxy };
  const load = { requests: 0, heldBytes: 0 };

  const server = createServer({ keepAliveTimeout: clientIdleMs }, (req, res) => {
    const exchange = new Exchange(exchangeDeps, req, res);
    let heldBytes = 0;
    load.requests += 1;
    // Written to after the client has gone: `close` has told all there is to know.
    res.on('error', () => {});
    res.on('close', () => {
      exchange.over();
      load.requests -= 1;
      load.heldBytes -= heldBytes;
    });
    if (load.requests > limits.requestsMax) {
      exchange.answer('overloaded');
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
      heldBytes += chunk.length;
      load.heldBytes += chunk.length;
      isTooMuch = heldBytes > limits.bodyBytesMax || load.heldBytes > limits.heldBytesMax;
      if (!isTooMuch) {
        body.push(chunk);
        return;
      }
      body.length = 0;
      exchange.answer(heldBytes > limits.bodyBytesMax ? 'body-too-large' : 'overloaded');
    });
    req.on('end', () => {
      if (!isTooMuch) exchange.forward(body.length === 1 ? body[0] : Buffer.concat(body));
    });
  });
  return { server, requestCount: () => load.requests };
}

function hasBody(req: IncomingMessage): boolean {
  return req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
}
