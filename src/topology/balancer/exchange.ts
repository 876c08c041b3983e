import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Stream } from 'node:stream';
import type { ProxyServer } from 'http-proxy';
import { connectTimeoutCode, limitConnect } from './connect-timeout.ts';
import { answerHead, dropHopByHop } from './hop-by-hop.ts';
import { answerItself, type OwnAnswer } from './own-answers.ts';
import { Passage, type PassageDeps } from './passage.ts';
import { relayBody } from './relay-body.ts';
import type { Upstream } from './upstream-pool.ts';

/** One request read by Node and its answer, carried by http-proxy. */
export class Exchange {
  readonly #proxy: ProxyServer;
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #passage: Passage;
  readonly #connectTimeoutMs: number;
  #body: Buffer | undefined;
  #isAnswered = false;
  #isOver = false;

  constructor(deps: PassageDeps, proxy: ProxyServer, req: IncomingMessage, res: ServerResponse) {
    this.#proxy = proxy;
    this.#req = req;
    this.#res = res;
    this.#connectTimeoutMs = deps.limits.connectTimeoutMs;
    const sessionId = req.headers['mcp-session-id'];
    const mcpMethod = req.headers['mcp-method'];
    const mcpName = req.headers['mcp-name'];
    const requestId = req.headers['x-windtunnel-request'];
    this.#passage = new Passage(deps, {
      method: req.method ?? '',
      sessionId: typeof sessionId === 'string' ? sessionId : undefined,
      mcpMethod: typeof mcpMethod === 'string' ? mcpMethod : undefined,
      mcpName: typeof mcpName === 'string' ? mcpName : undefined,
      requestId: typeof requestId === 'string' ? requestId : null,
    });
  }

  /** So many bytes of its body have come. @returns the limit that is passed by now. */
  holds(bytes: number): OwnAnswer | undefined {
    this.#passage.holds(bytes);
    return this.#passage.excess();
  }

  /** Sends the request to an upstream; the body is kept until its answer begins, to be sent again. */
  forward(body: Buffer | undefined): void {
    this.#body = body;
    dropHopByHop(this.#req.headers);
    // What came in chunks has been put together, and goes on with its length.
    if (body !== undefined) this.#req.headers['content-length'] = String(body.length);
    this.#try();
  }

  /** Answers without an upstream. */
  answer(reason: OwnAnswer): void {
    if (this.#isOver || this.#isAnswered) return;
    this.#isAnswered = true;
    this.#passage.error = reason;
    answerItself(this.#res, reason);
  }

  /** The answer has been sent, or the client has gone: nothing more can happen. */
  over(): void {
    this.#isOver = true;
    this.#body = undefined;
    this.#passage.over(this.#res.headersSent ? this.#res.statusCode : null);
  }

  #try(): void {
    const upstream = this.#passage.choose();
    if (typeof upstream === 'string') {
      this.answer(upstream);
      return;
    }
    // http-proxy pipes `buffer` into its request. The body is at hand, so "piping" is to end with it.
    const buffer = { pipe: (outgoing: ClientRequest) => this.#send(outgoing) };
    const { target, agent } = upstream;
    this.#proxy.web(
      this.#req,
      this.#res,
      { target, agent, buffer: buffer as unknown as Stream },
      (error: NodeJS.ErrnoException) => this.#failed(upstream, error),
    );
  }

  #send(outgoing: ClientRequest): void {
    // http-proxy's own limit takes a connection for refused that came about while the balancer was busy.
    outgoing.on('socket', (socket) => limitConnect(socket, this.#connectTimeoutMs));
    outgoing.on('response', (answer) => this.#relay(answer));
    // As text it goes in one buffer with the head; Latin-1 has a character for every byte.
    outgoing.end(this.#body?.toString('latin1'), 'latin1');
  }

  #failed(upstream: Upstream, error: NodeJS.ErrnoException): void {
    // http-proxy reports the client's going too, and to every attempt there was.
    if (this.#isOver || !this.#passage.isWith(upstream)) return;
    if (this.#isAnswered) {
      this.#brokenMidStream();
      return;
    }
    if (!isRefused(error)) {
      this.answer('upstream-broken');
      return;
    }
    this.#passage.refused();
    // http-proxy listens on both once per attempt; they end with the exchange.
    this.#req.setMaxListeners(0);
    this.#res.setMaxListeners(0);
    this.#try();
  }

  #relay(answer: IncomingMessage): void {
    const res = this.#res;
    if (this.#isOver) {
      answer.destroy();
      return;
    }
    this.#isAnswered = true;
    this.#body = undefined;
    const status = answer.statusCode ?? 502;
    const { headers, sessionId, bodyBytes } = answerHead(answer.rawHeaders);
    const reader = this.#passage.answered(status, sessionId);
    res.writeHead(status, answer.statusMessage, headers);
    answer.on('error', () => this.#brokenMidStream());
    relayBody(answer, res, bodyBytes, reader);
  }

  /** Part of the answer is out; all that is left is to let the client see that it is not whole. */
  #brokenMidStream(): void {
    if (this.#isOver || this.#res.writableEnded) return;
    this.#passage.error = 'broken-mid-stream';
    this.#res.destroy();
  }
}

/** No connection came about, so nothing was sent and another upstream may be tried. */
function isRefused(error: NodeJS.ErrnoException): boolean {
  return error.syscall === 'connect' || error.code === 'ECONNREFUSED' || error.code === connectTimeoutCode;
}
