import type { Socket } from 'node:net';
import { type RawRequest, rawServer } from '../../support/raw-server.ts';

/** One request to a hostile server, whose answer is written to the bare socket, or is not. */
export interface Call {
  socket: Socket;
  /** Of the JSON-RPC request; null if it has none. */
  id: unknown;
  /** Of the JSON-RPC message, or of HTTP if there is none. */
  method: string;
  opId: string;
  /** The tool that is called, and its arguments. */
  tool: string;
  args: Record<string, unknown>;
  /** Of the JSON-RPC message. */
  params: Record<string, unknown>;
  /** The session it came in; undefined if in none. */
  session: string | undefined;
  /** Writes bytes, unless the peer is gone. */
  write(bytes: string | Buffer): void;
}

export type Misbehaviour = (call: Call) => void;

/** A JSON-RPC response that nothing is wrong with. */
export const soundBody = (id: unknown, result: object = {}) =>
  JSON.stringify({ jsonrpc: '2.0', id, result: { resultType: 'complete', content: [], ...result } });

/** The answer to `initialize`. */
export const initialized = (id: unknown) =>
  soundBody(id, { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'h', version: '1' } });

export const json = 'content-type: application/json\r\n';

/** A whole HTTP answer. */
export function http(body: string | Buffer, { status = '200 OK', headers = json } = {}): Buffer {
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
    write(http(initialized(id), { headers: `${json}mcp-session-id: s-${process.pid}-${sessions}\r\n` }));
  } else if (method === 'server/discover') {
    write(http(soundBody(id, { supportedVersions: ['2026-07-28'], capabilities: {} })));
  } else if (id === null) {
    write(http('', { status: method === 'DELETE' ? '200 OK' : '202 Accepted', headers: '' }));
  } else write(http(soundBody(id)));
};

/** Hands every request to `answer` as soon as its head and body are there. */
export const serve = (answer: Misbehaviour) => rawServer((request) => answer(toCall(request)));

function toCall({ head, body, socket }: RawRequest): Call {
  const message = body === '' ? {} : JSON.parse(body);
  return {
    socket,
    id: message.id ?? null,
    method: message.method ?? head.slice(0, head.indexOf(' ')),
    opId: message.params?._meta?.['io.mcp-windtunnel/opId'] ?? '',
    tool: message.params?.name ?? '',
    args: message.params?.arguments ?? {},
    params: message.params ?? {},
    session: /^mcp-session-id: *(\S+)/im.exec(head)?.[1],
    write: (bytes) => {
      if (!socket.destroyed && socket.writable) socket.write(bytes);
    },
  };
}
