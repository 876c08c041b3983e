import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { monotonicUs } from '../../core/index.ts';
import { type HttpExchange, type HttpHandler, HttpSocket } from './socket.ts';

/**
 * Idle connections are not used for longer than this: a request written to a connection that its server is
 * closing fails, and it cannot be known whether it was carried out. A server's own `Keep-Alive: timeout=` is
 * heeded besides.
 */
const idleMaxUs = 4_000_000;

export interface HttpPool {
  /**
   * Sends one request over an idle connection, or a new one, and tells `handler` what becomes of it. As many
   * connections are open as there are exchanges at once.
   * @param head the request line and the headers, each line with its end, without the empty line.
   */
  send(head: string, body: string | null, handler: HttpHandler): HttpExchange;
  /** What all answers under way together hold in memory. */
  readonly memory: { bytes: number };
  /** Connections that are open, for tests. */
  readonly size: number;
  destroy(): void;
}

/**
 * Keep-alive connections to one origin.
 * @param address what to connect to; by default what the origin's host resolves to at that moment.
 */
export function httpPool(origin: URL, connectTimeoutMs: number, address?: string): HttpPool {
  const idle: HttpSocket[] = [];
  const all = new Set<HttpSocket>();
  // Sockets that nobody takes again would otherwise stay open until their server closes them.
  const sweep = setInterval(() => {
    const nowUs = monotonicUs();
    while (idle[0] !== undefined && !idle[0].isFresh(nowUs)) idle.shift()?.destroy();
  }, 1000).unref();

  const takeIdle = (): HttpSocket | undefined => {
    const nowUs = idle.length === 0 ? 0 : monotonicUs();
    // The freshest first: those that are left over grow old and are closed.
    for (let socket = idle.pop(); socket; socket = idle.pop()) {
      if (socket.isFresh(nowUs)) return socket;
      socket.destroy();
    }
    return undefined;
  };
  const open = (): HttpSocket => {
    const socket = new HttpSocket((take) => dial(origin, address, take), connectTimeoutMs, {
      idleMaxUs,
      onIdle: () => idle.push(socket),
      onClose: () => {
        all.delete(socket);
        const at = idle.indexOf(socket);
        if (at >= 0) idle.splice(at, 1);
      },
    });
    all.add(socket);
    return socket;
  };

  return {
    memory: { bytes: 0 },
    send: (head, body, handler) => (takeIdle() ?? open()).send(head, body, handler),
    get size() {
      return all.size;
    },
    destroy() {
      clearInterval(sweep);
      for (const socket of all) socket.destroy();
    },
  };
}

/** One for all connections of the thread: each takes its bytes out at once. Its size is the most of one read. */
const readBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/** @param take is given what has come, in a buffer of its own. */
function dial(
  { protocol, hostname, port }: URL,
  address: string | undefined,
  take: (chunk: Buffer) => void,
): Socket {
  // An IPv6 address stands in brackets in a URL.
  const name = hostname.replace(/^\[|\]$/g, '');
  const host = address ?? name;
  if (protocol === 'https:') {
    // The certificate is held against the name, and the server told it; an address is no name to tell (RFC 6066).
    const servername = isIP(name) === 0 ? name : '';
    const options = { host, port: Number(port || 443), servername, ALPNProtocols: ['http/1.1'] };
    return connectTls(options).on('data', take);
  }
  // Otherwise Node would make a buffer of 64 KB for each read, and a new one for the next.
  const callback = (bytes: number) => {
    take(Buffer.from(readBuffer.subarray(0, bytes)));
    return true;
  };
  const onread = { buffer: readBuffer, callback };
  return connectTcp({ host, port: Number(port || 80), noDelay: true, onread });
}
