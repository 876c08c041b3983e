import type { Socket } from 'node:net';
import { readRequest } from './canonical-request.ts';
import type { PassageDeps } from './passage.ts';
import { clientIdleMs, Relay } from './relay.ts';

/** A request that is longer and has not come at once goes to Node's parser, which takes it piece by piece. */
const heldCharsMax = 16 * 1024;

/**
 * A client's connection: its canonical requests are relayed one after the other. The first that is not
 * canonical, and all that follow it, are left to `toNode`.
 */
export class ClientConnection {
  readonly #deps: PassageDeps;
  readonly #socket: Socket;
  readonly #toNode: (socket: Socket) => void;
  /** What has come and belongs to no relay yet, a character for each byte. */
  #held = '';
  #relay: Relay | undefined;

  constructor(deps: PassageDeps, socket: Socket, toNode: (socket: Socket) => void) {
    this.#deps = deps;
    this.#socket = socket;
    this.#toNode = toNode;
    socket.setTimeout(clientIdleMs);
    for (const [event, listener] of this.#listeners) socket.on(event, listener);
  }

  readonly #onOver = () => {
    this.#relay = undefined;
    if (this.#held !== '') this.#next();
  };

  readonly #listeners: readonly (readonly [string, (piece: Buffer) => void])[] = [
    ['data', (piece) => this.#received(piece)],
    [
      'drain',
      () => {
        this.#relay?.drained();
        this.#next();
      },
    ],
    [
      'timeout',
      () => {
        if (this.#relay === undefined) this.#socket.destroy();
      },
    ],
    // Nginx, too, takes it that a client that has ended its side has left.
    ['end', () => this.#socket.destroy()],
    // `close` follows, and says all there is to know.
    ['error', () => {}],
    ['close', () => this.#relay?.clientGone()],
  ];

  #received(piece: Buffer): void {
    const text = piece.toString('latin1');
    this.#held = this.#held === '' ? text : this.#held + text;
    this.#next();
  }

  #next(): void {
    const socket = this.#socket;
    if (socket.destroyed || socket.writableEnded) return;
    if (this.#relay !== undefined || socket.writableNeedDrain) {
      // A request that came before the last one's answer was taken waits for that.
      if (this.#held.length > heldCharsMax) socket.pause();
      return;
    }
    if (this.#held === '') return;
    const request = readRequest(this.#held);
    if (request === 'incomplete' && this.#held.length <= heldCharsMax) {
      if (socket.isPaused()) socket.resume();
      return;
    }
    if (typeof request === 'string' || request.bodyBytes > this.#deps.limits.bodyBytesMax) {
      this.#handOver();
      return;
    }
    this.#held = this.#held.slice(request.chars);
    if (this.#held === '' && socket.isPaused()) socket.resume();
    this.#relay = new Relay(this.#deps, socket, request, this.#onOver);
    this.#relay.begin();
  }

  #handOver(): void {
    const socket = this.#socket;
    for (const [event, listener] of this.#listeners) socket.off(event, listener);
    socket.setTimeout(0);
    socket.unshift(Buffer.from(this.#held, 'latin1'));
    this.#held = '';
    socket.resume();
    this.#toNode(socket);
  }
}
