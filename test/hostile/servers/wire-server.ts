import { createServer, type Socket } from 'node:net';

/** One request to a hostile server, whose answer is written to the bare socket, or is not. */
export interface Call {
  socket: Socket;
  /** Of the JSON-RPC request; null if it has none. */
  id: unknown;
  /** Of the JSON-RPC message, or of HTTP if there is none. */
  method: string;
  opId: string;
  /** Writes bytes, unless the peer is gone. */
  write(bytes: string | Buffer): void;
}

export type Misbehaviour = (call: Call) => void;

/** A JSON-RPC response that nothing is wrong with. */
export const soundBody = (id: unknown, result: object = {}) =>
  JSON.stringify({ jsonrpc: '2.0', id, result: { resultType: 'complete', content: [], ...result } });

/** A whole HTTP answer. */
export function http(
  body: string | Buffer,
  { status = '200 OK', headers = 'content-type: application/json\r\n' } = {},
): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([
    Buffer.from(`HTTP/1.1 ${status}\r\n${headers}content-length: ${bytes.length}\r\n\r\n`, 'latin1'),
    bytes,
  ]);
}

let sessions = 0;

/** What a server has to say that nothing is wrong with. */
export const sound: Misbehaviour = ({ id, method, write }) => {
  if (method === 'initialize') {
    sessions += 1;
    const result = {
      protocolVersion: '2025-11-25',
      capabilities: {},
      serverInfo: { name: 'h', version: '1' },
    };
    write(
      http(soundBody(id, result), {
        headers: `content-type: application/json\r\nmcp-session-id: s-${process.pid}-${sessions}\r\n`,
      }),
    );
  } else if (method === 'server/discover') {
    write(http(soundBody(id, { supportedVersions: ['2026-07-28'], capabilities: {} })));
  } else if (id === null)
    write(http('', { status: method === 'DELETE' ? '200 OK' : '202 Accepted', headers: '' }));
  else write(http(soundBody(id)));
};

/**
 * Listens on a free port of loopback and hands every request to `answer` as soon as its head and body are there.
 * Resolves to the port. No request of the harness is chunked, so only Content-Length is read.
 */
export async function serve(answer: Misbehaviour): Promise<number> {
  const server = createServer((socket) => {
    let pending: Buffer = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      for (let next = take(pending); next !== undefined; next = take(pending)) {
        pending = next.rest;
        answer(toCall(next.head, next.body, socket));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function take(bytes: Buffer): { head: string; body: string; rest: Buffer } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const head = bytes.toString('latin1', 0, headEnd);
  const end = headEnd + 4 + Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
  if (bytes.length < end) return undefined;
  return { head, body: bytes.toString('utf8', headEnd + 4, end), rest: bytes.subarray(end) };
}

function toCall(head: string, body: string, socket: Socket): Call {
  const message = body === '' ? {} : JSON.parse(body);
  return {
    socket,
    id: message.id ?? null,
    method: message.method ?? head.slice(0, head.indexOf(' ')),
    opId: message.params?._meta?.['io.mcp-windtunnel/opId'] ?? '',
    write: (bytes) => {
      if (!socket.destroyed && socket.writable) socket.write(bytes);
    },
  };
}
