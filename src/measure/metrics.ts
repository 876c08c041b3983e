/** What a measure can say. A measure without meaning says so; it is never 0. */

/** A share of counted things, with its 95 % Wilson score interval. */
export interface Rate {
  /** numerator ÷ denominator, in [0, 1]; null when the denominator is 0: nothing was seen, so nothing is known. */
  value: number | null;
  numerator: number;
  denominator: number;
  interval: [number, number] | null;
}

/** Milliseconds, from an HdrHistogram of 3 significant digits; all null when `count` is 0. */
export interface Distribution {
  count: number;
  p50: number | null;
  p90: number | null;
  p99: number | null;
  p999: number | null;
  max: number | null;
}

export interface NotApplicable {
  notApplicable: string;
}

export interface SessionLoss extends Rate {
  /** `unattributed`: the balancer's log does not say where the requests went. */
  causes: { misroute: number; crash: number; expiry: number; unattributed: number };
  /** Sessions that clients opened to replace a lost one, and how many of those were lost in turn. */
  replacements: { lost: number; opened: number };
}

export interface StateLoss extends Rate {
  /** Journeys that wrote state and never learned whether it is still there. They are in the denominator. */
  unjudged: number;
}

export interface Availability extends Rate {
  /** After the client's own recovery (re-initialising, retrying), still within the deadline. */
  recovered: Rate;
}

export interface LostUpdate extends Rate {
  /** Writes of unknown outcome that a later read found. */
  recovered: number;
  /** Values that a read found and that its client never sent. */
  unexpected: number;
}

export interface Recovery {
  /** Longest over the faults, in milliseconds; null if a fault was not recovered from before the end. */
  value: number | null;
  /** One entry per fault. `value` is null if availability did not come back before the end. */
  faults: { fault: number; name: string; value: number | null }[];
  baseline: number;
  epsilon: number;
  windowMs: number;
  holdWindows: number;
}

/** max ÷ mean over replicas (1 is perfect balance), and the coefficient of variation. */
export interface Skew {
  value: number | null;
  coefficientOfVariation: number | null;
  /** How many were counted, in the periods of constant membership. */
  count: number;
}

export interface LoadSkew extends Skew {
  sessions: Skew | NotApplicable;
}

/** How late the generator sent. `missed`: operations it came too late for altogether. */
export interface SendLag extends Distribution {
  missed: number;
}

/** The measures of one run, by the names that `results.json` uses. */
export interface Metrics {
  session_loss: SessionLoss | NotApplicable;
  state_loss: StateLoss | NotApplicable;
  availability: Availability;
  latency_ms: Distribution;
  service_ms: Distribution;
  recovery_ms: Recovery | NotApplicable;
  duplicate_execution: Rate | NotApplicable;
  lost_update: LostUpdate | NotApplicable;
  load_skew: LoadSkew;
  send_lag_ms: SendLag;
}

export type MetricName = keyof Metrics;

/** What the charts draw. Times are milliseconds since the workload began. */
export interface Series {
  windowMs: number;
  durationMs: number;
  /** Operations by the window in which they were intended. */
  windows: {
    startMs: number;
    intended: number;
    /** First attempts that were ok within the deadline. */
    ok: number;
    /** Ok within the deadline after the client's own recovery. */
    recovered: number;
    /** Of operations that ended ok, from the intended start; null without any. */
    p50Ms: number | null;
    p99Ms: number | null;
  }[];
  /**
   * Clients at each change: arrived and not ended, with everything that was theirs still there
   * (`intact`), or having lost their session or their state (`lost`). Cumulative counts at `atMs`.
   */
  clients: { atMs: number; intact: number; lost: number }[];
  faults: { fault: number; name: string; targets: string[]; startMs: number; endMs: number | null }[];
  /** Changes of the set of replicas that the balancer uses. */
  upstreams: { atMs: number; replicas: string[] }[];
  /** Requests per window and replica. */
  load: { startMs: number; requests: Record<string, number> }[];
  /** Percentile (0 to 100) against milliseconds. */
  percentiles: { percentile: number; latencyMs: number; serviceMs: number }[];
  /** Why operations were not ok, most frequent first. */
  failures: { kind: string; count: number; example: string }[];
}
