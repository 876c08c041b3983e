import { createServer, type Socket } from 'node:net';

/** One HTTP request as it came over a bare socket. */
export interface RawRequest {
  socket: Socket;
  /** The connection it came over, from 1. */
  connection: number;
  head: string;
  body: string;
}

export interface RawServer extends AsyncDisposable {
  origin: URL;
  port: number;
  /** Connections that have been made so far. */
  readonly connections: number;
  /** Those that are open. */
  readonly open: number;
}

/**
 * A server on a free port of loopback whose answers are written to the bare socket: it can say anything.
 * No request of the harness is chunked, so only Content-Length is read.
 */
export async function rawServer(
  answer: (request: RawRequest) => void,
  onConnection: (socket: Socket) => void = () => {},
): Promise<RawServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    const connection = connections;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    onConnection(socket);
    let pending: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      for (let next = takeRequest(pending); next !== undefined; next = takeRequest(pending)) {
        pending = next.rest;
        answer({ socket, connection, head: next.head, body: next.body });
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    port,
    origin: new URL(`http://127.0.0.1:${port}/mcp`),
    get connections() {
      return connections;
    },
    get open() {
      return sockets.size;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function takeRequest(bytes: Buffer): { head: string; body: string; rest: Buffer } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  const end = headEnd + 4 + Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  if (bytes.length < end) return undefined;
  return { head, body: bytes.toString('utf8', headEnd + 4, end), rest: bytes.subarray(end) };
}
