import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server under test was asked. */
export interface Asked {
  method: string;
  headers: IncomingHttpHeaders;
  /** The parsed body; undefined without one. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it as they like.
  body: any;
}

export interface ScriptServer extends AsyncDisposable {
  url: string;
  asked: Asked[];
  /** Resolves with the next request that matches, also one that has come already. */
  seen(matches: (asked: Asked) => boolean): Promise<Asked>;
}

/** A real HTTP server on loopback that answers as a test says. */
export async function scriptServer(
  answer: (asked: Asked, response: ServerResponse) => void,
): Promise<ScriptServer> {
  const asked: Asked[] = [];
  const waiting = new Set<() => void>();
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const one = {
        method: request.method ?? '',
        headers: request.headers,
        body: text ? JSON.parse(text) : undefined,
      };
      asked.push(one);
      for (const wake of [...waiting]) wake();
      answer(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    asked,
    seen: (matches) =>
      new Promise((resolve) => {
        const look = () => {
          const found = asked.find(matches);
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

export function sendResult(
  response: ServerResponse,
  asked: Asked,
  result: object,
  headers: Record<string, string> = {},
): void {
  sendJson(response, 200, { jsonrpc: '2.0', id: asked.body.id, result }, headers);
}
