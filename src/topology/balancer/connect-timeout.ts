import type { Socket } from 'node:net';

/** What the socket is destroyed with. */
export const connectTimeoutCode = 'ECONNECT_TIMEOUT';

/** Gives a connection up that has not come about after `timeoutMs`. */
export function limitConnect(socket: Socket, timeoutMs: number): void {
  if (!socket.connecting) return;
  const giveUp = () => {
    if (!socket.connecting) return;
    socket.destroy(Object.assign(new Error(connectTimeoutCode), { code: connectTimeoutCode }));
  };
  // In a busy process the timer may be up before the connection, long made, has been looked at; that is done in between.
  const timer = setTimeout(() => setImmediate(giveUp), timeoutMs);
  const forget = () => clearTimeout(timer);
  socket.once('connect', forget).once('close', forget);
}
