import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HarnessError, messageOf } from '../../../src/core/index.ts';
import { answerRpcError, rpcErrors } from './answer.ts';
import type { ServerConfig } from './config.ts';
import { drainable } from './drain.ts';
import { hostGuard, urlHost } from './guards.ts';

/** A server's MCP endpoint: the only thing the three servers do not share. */
export interface App {
  handle(req: IncomingMessage, res: ServerResponse): void | Promise<void>;
  /** Ends what stands open (sessions, streams); called when nothing is in flight any more. */
  close(): Promise<void>;
}

export interface Host {
  readonly url: string;
  /** Stops accepting, finishes what is in flight, ends the rest. Returns how many requests were cut. */
  drain(withinMs: number): Promise<number>;
}

const mcpPath = '/mcp';

/**
 * Longer than a balancer keeps an idle connection in its pool (nginx 60 s, ALB 60 s, undici 4 s): if the
 * server were the first to close, a request sent at that moment would be lost, and be taken for a fault.
 */
const keepAliveTimeoutMs = 65_000;

/** @throws HarnessError `server` when the port cannot be had. */
export async function listen(
  app: App,
  config: ServerConfig,
  onError: (error: unknown) => void,
): Promise<Host> {
  const allowed = hostGuard(config.host, config.allowedHosts);
  const server = createServer();
  server.keepAliveTimeout = keepAliveTimeoutMs;
  const drain = drainable(server, () => app.close());

  server.on('request', (req: IncomingMessage, res: ServerResponse) => {
    if (!allowed(req, res)) return;
    if (req.url !== mcpPath && !req.url?.startsWith(`${mcpPath}?`)) {
      res.writeHead(404, { 'content-type': 'text/plain' }).end(`The MCP endpoint is ${mcpPath}\n`);
      return;
    }
    answer(app, req, res, onError);
  });

  await bound(server, config);
  const { port } = server.address() as AddressInfo;
  return { url: `http://${urlHost(config.host)}:${port}${mcpPath}`, drain };
}

async function answer(
  app: App,
  req: IncomingMessage,
  res: ServerResponse,
  onError: (error: unknown) => void,
): Promise<void> {
  try {
    await app.handle(req, res);
  } catch (error) {
    onError(error);
    if (res.headersSent) res.destroy();
    else answerRpcError(res, 500, rpcErrors.internal, 'Internal server error');
  }
}

function bound(server: Server, config: ServerConfig): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const at = `${urlHost(config.host)}:${config.port}`;
      reject(new HarnessError('server', `cannot listen on ${at}: ${messageOf(cause)}`, { cause }));
    });
    server.listen(config.port, config.host, resolve);
  });
}
