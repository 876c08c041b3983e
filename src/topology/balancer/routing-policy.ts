/** What a policy may look at. */
export interface RoutedRequest {
  readonly method: string;
  /** The `Mcp-Session-Id` it carries. */
  readonly sessionId: string | undefined;
  /** Its `Mcp-Method` and `Mcp-Name`, as they came (2026-07-28). */
  readonly mcpMethod?: string | undefined;
  readonly mcpName?: string | undefined;
  /** Its `x-windtunnel-request`: the client's name, a hyphen, a number. */
  readonly requestId: string | null;
}

/** The head of an upstream's answer, as far as a policy may look at it. */
export interface UpstreamAnswer {
  readonly status: number;
  /** The `Mcp-Session-Id` it carries. */
  readonly sessionId: string | undefined;
}

/** Sees the body of an answer before it goes on, a character for each byte. @returns whether it is to see more. */
export type BodyReader = (piece: string) => boolean;

/** One boot of a replica, told from the next by identity. */
export interface Candidate {
  readonly replica: string;
}

/**
 * How the balancer picks an upstream. Pure: no I/O and no clock, so that it is tested on made-up requests.
 * All calls come one after the other, in the order in which things happened.
 */
export interface RoutingPolicy<U extends Candidate> {
  /** From now on one of these; in the order of their slots. */
  upstreamsChanged(upstreams: readonly U[]): void;
  /** One that has not refused this request yet; undefined if there is none. */
  pick(request: RoutedRequest, refused: readonly U[]): U | undefined;
  /** The answer to a picked request has begun. @returns who is to see its body; undefined: nobody. */
  answered(request: RoutedRequest, by: U, answer: UpstreamAnswer): BodyReader | undefined;
}
