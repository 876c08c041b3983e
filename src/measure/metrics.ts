import type { ChangeMetrics } from './changes/types.ts';
import type { InputDetails } from './input/types.ts';
import type { Distribution, NotApplicable, Rate } from './quantities.ts';
import type { StreamDetails } from './streams/types.ts';
import type { Survival } from './survival.ts';
import type { TaskMetrics, TaskSurvival } from './tasks/types.ts';

export type { Distribution, NotApplicable, Rate } from './quantities.ts';

/** What a measure can say, beside what all are made of. A measure without meaning says so; it is never 0. */

export interface SessionLoss extends Rate {
  /** `unattributed`: the balancer's log does not say where the requests went. */
  causes: { misroute: number; crash: number; expiry: number; unattributed: number };
  /** Which unknown-session answers they were, by status and JSON-RPC code: `404 -32001`, `401 none`. */
  answers: Record<string, number>;
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
  /** Values that a read found and that no client sent. Another client's: `state_leak`. */
  unexpected: number;
  /** Operations, writes or not, that were acknowledged and, as the ledger proves, never committed. */
  uncommitted: number;
}

/** CPU of all replicas while the workload ran. */
export interface ReplicaCpu {
  /** Milliseconds per operation that ended ok; null without one. */
  value: number | null;
  cpuMs: number;
  calls: number;
}

/** Resident memory of the replicas' processes, in MB (10⁶ bytes); see `replica-usage.ts`. */
export interface ReplicaRss {
  /** The most that any one process held; null if none was seen while the workload ran. */
  peak: number | null;
  /** MB per 1000 operations that ended ok; null where the run was too short to tell. */
  growth: number | null;
  /** MB for each session held; null with fewer than ten at once, or if a process ended. */
  perSession: { value: number | null } | NotApplicable;
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

/** Milliseconds from a lost session to the next ok of the same client. */
export interface SessionRecovery extends Distribution {
  /** Clients that got no ok any more. */
  never: number;
}

/** How long replicas that joined during the run took. */
export interface Ready {
  /** The longest time to the first balanced ok, in milliseconds; null if a replica got none. */
  value: number | null;
  replicas: ReadyReplica[];
}

/** One boot, in milliseconds from the command that asked for it; null where it never got so far. */
export interface ReadyReplica {
  replica: string;
  boot: number;
  /** `replacement`: of a replica that was restarted or killed. */
  why: 'scale-out' | 'replacement';
  /** Its process is there. */
  startedMs: number | null;
  /** It has said where it listens. */
  listeningMs: number | null;
  /** It has answered an MCP request. */
  answeredMs: number | null;
  /** The first request that the balancer gave it is answered well. */
  balancedMs: number | null;
  /** It gets 80 % of an equal share of the requests, and keeps it for two windows. */
  fairShareMs: number | null;
}

/** What the protocol costs beside the useful calls, which are operations that ended ok. */
export interface HandshakeOverhead {
  usefulCalls: number;
  /** Bytes of handshakes and of the calls' own protocol fields, per useful call; null without one. */
  value: number | null;
  /** Handshakes, first ones and repeated: exchanges, bytes with heads and bodies, time. */
  handshakes: { count: number; requests: number; bytes: number; ms: number };
  /** Headers that only MCP defines, and `_meta` of `io.modelcontextprotocol/`, of the calls. */
  callBytes: number;
  perUsefulCall: { requests: number; bytes: number; ms: number; callBytes: number } | null;
}

/** Whether what was measured is the servers or the load generator. */
export interface GeneratorHealth {
  threads: number;
  samples: number;
  /** Share of the time that a thread's event loop was busy: median and highest over samples, 0 to 1. */
  busy: { p50: number; max: number };
  /** How late the event loop came round at most within a sample: median and highest, in milliseconds. */
  delayMs: { p50: number; max: number };
  /** CPU seconds per second of all threads together. */
  cpu: number;
  rssBytesMax: number;
  /** p99 of `send_lag_ms`; null without samples: no operation came due while its client was free. */
  sendLagMs: number | null;
  missed: number;
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
export interface Metrics extends TaskMetrics, ChangeMetrics {
  session_loss: SessionLoss | NotApplicable;
  state_loss: StateLoss | NotApplicable;
  availability: Availability;
  latency_ms: Distribution;
  service_ms: Distribution;
  recovery_ms: Recovery | NotApplicable;
  duplicate_execution: Rate | NotApplicable;
  lost_update: LostUpdate | NotApplicable;
  result_loss: Rate | NotApplicable;
  misdelivery: Rate;
  state_leak: Rate | NotApplicable;
  stream_loss: (Rate & StreamDetails) | NotApplicable;
  stream_duplicate: Rate | NotApplicable;
  stream_leak: Rate | NotApplicable;
  input_loss: (Rate & InputDetails) | NotApplicable;
  state_forgery: Rate | NotApplicable;
  replica_cpu: ReplicaCpu | NotApplicable;
  replica_rss: ReplicaRss | NotApplicable;
  load_skew: LoadSkew | NotApplicable;
  send_lag_ms: SendLag;
  session_recovery_ms: SessionRecovery | NotApplicable;
  ready_ms: Ready | NotApplicable;
  handshake_overhead: HandshakeOverhead | NotApplicable;
  generator_health: GeneratorHealth | NotApplicable;
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
  /** Sessions, or where there are none application state, that were still alive over time. */
  survival: Survival;
  /** Of tasks, over their age; no points where there are none. */
  taskSurvival: TaskSurvival;
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
