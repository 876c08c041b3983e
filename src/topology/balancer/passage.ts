import type { Clock } from '../../core/index.ts';
import type { EventSink, RunEvent } from '../../record/index.ts';
import type { OwnAnswer } from './own-answers.ts';
import type { BodyReader, RoutedRequest, RoutingPolicy } from './routing-policy.ts';
import type { Upstream, UpstreamPool } from './upstream-pool.ts';

export interface ProxyLimits {
  /** Requests under way at once. */
  requestsMax: number;
  /** Of one request. */
  bodyBytesMax: number;
  /** Of the bodies of all requests under way. */
  heldBytesMax: number;
  /** After so long an upstream that has neither taken nor refused a connection counts as one that refuses. */
  connectTimeoutMs: number;
}

export const defaultLimits: ProxyLimits = {
  requestsMax: 10_000,
  bodyBytesMax: 4 * 1024 * 1024,
  heldBytesMax: 256 * 1024 * 1024,
  // One whose queue of new connections is full does not refuse, it stays silent.
  connectTimeoutMs: 5_000,
};

export interface PassageDeps {
  pool: UpstreamPool;
  policy: RoutingPolicy<Upstream>;
  clock: Clock;
  events: EventSink<RunEvent>;
  limits: ProxyLimits;
  /** What is under way now. */
  load: { requests: number; heldBytes: number };
}

/**
 * One request's way through the balancer, as far as it is routed, counted and recorded; whoever carries the
 * bytes reports to it.
 */
export class Passage {
  /** Why the balancer itself answers, or `broken-mid-stream`. */
  error: OwnAnswer | 'broken-mid-stream' | undefined;
  readonly #deps: PassageDeps;
  readonly #request: RoutedRequest;
  readonly #refused: Upstream[] = [];
  #upstream: Upstream | undefined;
  #chosenUs: number;
  #heldBytes = 0;

  constructor(deps: PassageDeps, request: RoutedRequest) {
    this.#deps = deps;
    this.#request = request;
    this.#chosenUs = deps.clock.nowUs();
    deps.load.requests += 1;
  }

  /** The first limit that is passed by now, this request included. */
  excess(): OwnAnswer | undefined {
    const { limits, load } = this.#deps;
    if (this.#heldBytes > limits.bodyBytesMax) return 'body-too-large';
    return load.requests > limits.requestsMax || load.heldBytes > limits.heldBytesMax
      ? 'overloaded'
      : undefined;
  }

  /** So many bytes more of its body are held. */
  holds(bytes: number): void {
    this.#heldBytes += bytes;
    this.#deps.load.heldBytes += bytes;
  }

  /** Where it goes; `OwnAnswer` if nowhere. */
  choose(): Upstream | OwnAnswer {
    const upstream = this.#deps.policy.pick(this.#request, this.#refused);
    if (upstream === undefined) return this.#refused.length > 0 ? 'unreachable' : 'no-upstream';
    this.#upstream = upstream;
    this.#chosenUs = this.#deps.clock.nowUs();
    this.#deps.pool.began(upstream);
    return upstream;
  }

  isWith(upstream: Upstream): boolean {
    return this.#upstream === upstream;
  }

  /** No connection came about: another may be chosen. */
  refused(): void {
    if (this.#upstream === undefined) return;
    this.#refused.push(this.#upstream);
    this.#deps.pool.ended(this.#upstream);
    this.#upstream = undefined;
  }

  /** @returns who is to see the body of the answer before it goes on. */
  answered(status: number, sessionId: string | undefined): BodyReader | undefined {
    if (!this.#upstream) return undefined;
    return this.#deps.policy.answered(this.#request, this.#upstream, { status, sessionId });
  }

  /** Nothing more can happen. @param status as sent to the client. */
  over(status: number | null): void {
    const { clock, events, load, pool } = this.#deps;
    load.requests -= 1;
    load.heldBytes -= this.#heldBytes;
    if (this.#upstream) pool.ended(this.#upstream);
    events.write({
      type: 'routed',
      atUs: this.#chosenUs,
      endUs: clock.nowUs(),
      requestId: this.#request.requestId,
      method: this.#request.method,
      replica: this.#upstream?.replica ?? null,
      ...(this.#refused.length > 0 && { refusedBy: this.#refused.map((upstream) => upstream.replica) }),
      status,
      ...(this.error !== undefined && { error: this.error }),
    });
  }
}
