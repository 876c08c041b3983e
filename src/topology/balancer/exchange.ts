import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import type { Stream } from 'node:stream';
import type { ProxyServer } from 'http-proxy';
import type { Clock } from '../../core/index.ts';
import type { EventSink, RunEvent } from '../../record/index.ts';
import { answerHead, dropHopByHop } from './hop-by-hop.ts';
import { answerItself, type OwnAnswer } from './own-answers.ts';
import { relayBody } from './relay-body.ts';
import type { RoutedRequest, RoutingPolicy } from './routing-policy.ts';
import type { Upstream, UpstreamPool } from './upstream-pool.ts';

export interface ExchangeDeps {
  proxy: ProxyServer;
  pool: UpstreamPool;
  policy: RoutingPolicy<Upstream>;
  clock: Clock;
  events: EventSink<RunEvent>;
}

/** One request and its answer, from the moment the request has arrived complete. */
export class Exchange {
  readonly #deps: ExchangeDeps;
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  readonly #request: RoutedRequest;
  readonly #refused: Upstream[] = [];
  #body: Buffer | undefined;
  #upstream: Upstream | undefined;
  #chosenUs: number;
  #error: string | undefined;
  #isAnswered = false;
  #isOver = false;

  constructor(deps: ExchangeDeps, req: IncomingMessage, res: ServerResponse) {
    this.#deps = deps;
    this.#req = req;
    this.#res = res;
    this.#chosenUs = deps.clock.nowUs();
    const sessionId = req.headers['mcp-session-id'];
    const requestId = req.headers['x-windtunnel-request'];
    this.#request = {
      method: req.method ?? '',
      sessionId: typeof sessionId === 'string' ? sessionId : undefined,
      requestId: typeof requestId === 'string' ? requestId : null,
    };
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
    this.#error = reason;
    answerItself(this.#res, reason);
  }

  /** The answer has been sent, or the client has gone: nothing more can happen. */
  over(): void {
    this.#isOver = true;
    this.#body = undefined;
    const { clock, events, pool } = this.#deps;
    if (this.#upstream) pool.ended(this.#upstream);
    events.write({
      type: 'routed',
      atUs: this.#chosenUs,
      endUs: clock.nowUs(),
      requestId: this.#request.requestId,
      method: this.#request.method,
      replica: this.#upstream?.replica ?? null,
      ...(this.#refused.length > 0 && { refusedBy: this.#refused.map((upstream) => upstream.replica) }),
      status: this.#res.headersSent ? this.#res.statusCode : null,
      ...(this.#error !== undefined && { error: this.#error }),
    });
  }

  #try(): void {
    const { clock, policy, pool, proxy } = this.#deps;
    const upstream = policy.pick(this.#request, this.#refused);
    if (upstream === undefined) {
      this.answer(this.#refused.length > 0 ? 'unreachable' : 'no-upstream');
      return;
    }
    this.#upstream = upstream;
    this.#chosenUs = clock.nowUs();
    pool.began(upstream);
    // http-proxy pipes `buffer` into its request. The body is at hand, so "piping" is to end with it.
    const buffer = { pipe: (outgoing: ClientRequest) => this.#send(outgoing, upstream) };
    const { target, agent } = upstream;
    proxy.web(
      this.#req,
      this.#res,
      { target, agent, buffer: buffer as unknown as Stream },
      (error: NodeJS.ErrnoException) => this.#failed(upstream, error),
    );
  }

  #send(outgoing: ClientRequest, upstream: Upstream): void {
    outgoing.on('response', (answer) => this.#relay(answer, upstream));
    // As text it goes in one buffer with the head; Latin-1 has a character for every byte.
    outgoing.end(this.#body?.toString('latin1'), 'latin1');
  }

  #failed(upstream: Upstream, error: NodeJS.ErrnoException): void {
    // http-proxy reports the client's going too, and to every attempt there was.
    if (this.#isOver || this.#upstream !== upstream) return;
    if (this.#isAnswered) {
      this.#brokenMidStream();
      return;
    }
    if (!isRefused(error)) {
      this.answer('upstream-broken');
      return;
    }
    this.#refused.push(upstream);
    this.#upstream = undefined;
    this.#deps.pool.ended(upstream);
    // http-proxy listens on both once per attempt; they end with the exchange.
    this.#req.setMaxListeners(0);
    this.#res.setMaxListeners(0);
    this.#try();
  }

  #relay(answer: IncomingMessage, upstream: Upstream): void {
    const res = this.#res;
    if (this.#isOver) {
      answer.destroy();
      return;
    }
    this.#isAnswered = true;
    this.#body = undefined;
    const status = answer.statusCode ?? 502;
    const { headers, sessionId, bodyBytes } = answerHead(answer.rawHeaders);
    this.#deps.policy.answered(this.#request, upstream, { status, sessionId });
    res.writeHead(status, answer.statusMessage, headers);
    answer.on('error', () => this.#brokenMidStream());
    relayBody(answer, res, bodyBytes);
  }

  /** Part of the answer is out; all that is left is to let the client see that it is not whole. */
  #brokenMidStream(): void {
    if (this.#isOver || this.#res.writableEnded) return;
    this.#error = 'broken-mid-stream';
    this.#res.destroy();
  }
}

/** No connection came about, so nothing was sent and another upstream may be tried. */
function isRefused(error: NodeJS.ErrnoException): boolean {
  return error.syscall === 'connect' || error.code === 'ECONNREFUSED' || error.code === 'ECONNECT_TIMEOUT';
}
