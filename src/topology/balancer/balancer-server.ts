import type { AddressInfo, Socket } from 'node:net';
import { ClientConnection } from './client-connection.ts';
import type { PassageDeps } from './passage.ts';
import { createProxyHttpServer } from './proxy-server.ts';

export interface BalancerServer {
  /** @param onListening with the port. */
  listen(at: { host: string; port: number }, onListening: (port: number) => void): void;
  /** Cuts off what is under way, and takes no more. */
  cutOff(): void;
  /** Requests under way; each is recorded when it is no more counted. */
  requestCount(): number;
}

/**
 * The balancer's end towards the clients. Every connection begins with the relay, which carries canonical
 * requests at a fraction of the cost, and goes over to Node's HTTP server and http-proxy with the first request
 * that is not.
 */
export function balancerServer(shared: Omit<PassageDeps, 'load'>): BalancerServer {
  const deps: PassageDeps = { ...shared, load: { requests: 0, heldBytes: 0 } };
  const sockets = new Set<Socket>();
  const server = createProxyHttpServer(deps);
  const [toNode] = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    new ClientConnection(deps, socket, (taken) => toNode?.call(server, taken));
  });
  return {
    listen(at, onListening) {
      server.listen({ ...at, backlog: 4096 }, () => {
        onListening((server.address() as AddressInfo).port);
      });
    },
    cutOff() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
    requestCount: () => deps.load.requests,
  };
}
