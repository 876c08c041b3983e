import type { ClientEvent } from './client-events.ts';

/**
 * Everything a run can record, as one union. Each event is one line of `events.ndjson`.
 *
 * Times (`…Us`) are microseconds since the run's epoch on one monotonic clock, whichever process wrote
 * them. Several processes append to the file, so its lines are nearly but not strictly in time order;
 * readers must not rely on the order of lines.
 */
export type RunEvent = FrameEvent | ClientEvent | GeneratorEvent | TopologyEvent | FaultEvent;

/** The two protocol revisions under test, by the date the specification gives them. */
export type ProtocolRevision = '2025-11-25' | '2026-07-28';

/**
 * The clients that can make the load: `wire`, written for it; `sdk`, the official ones (v1 for 2025-11-25, v2
 * for 2026-07-28); `sdk-v2`, v2 for both revisions.
 */
export const clientKinds = ['wire', 'sdk', 'sdk-v2'] as const;
export type ClientKind = (typeof clientKinds)[number];

// ── the frame of a run ───────────────────────────────────────────────────────────────────────────

export type FrameEvent =
  /** First line. `startedAt` is wall-clock time, for people only. */
  | {
      type: 'run-began';
      atUs: number;
      scenario: string;
      deployment: string;
      repeat: number;
      startedAt: string;
    }
  /** The window in which operations are intended; what lies outside is set-up and tear-down. */
  | { type: 'workload-began'; atUs: number; clients: number }
  | { type: 'workload-ended'; atUs: number }
  /** Last line of the harness. Its absence means that the harness was killed. */
  | { type: 'run-ended'; atUs: number; how: 'completed' | 'interrupted' | 'failed'; reason?: string };

// ── how the load generator fared ─────────────────────────────────────────────────────────────────

/** What one thread of the load generator used since its last sample; about once a second. */
export interface GeneratorEvent {
  type: 'generator-usage';
  atUs: number;
  /** From 0. */
  thread: number;
  /** How long the sample covers. */
  overUs: number;
  /** CPU time of this thread, user and system. */
  cpuUs: number;
  /** How late the event loop came round, in microseconds: the longest. */
  delayMaxUs: number;
  /** Share of the time that its event loop was busy, 0 to 1. */
  busy: number;
  /** Memory of the whole generator process at the time. */
  rssBytes: number;
}

// ── what replicas and the balancer did ───────────────────────────────────────────────────────────

export type TopologyEvent =
  /** A replica is asked for: by the begin of the run, a scale-out, or what replaces another. */
  | { type: 'replica-ordered'; atUs: number; replica: string; boot: number }
  | { type: 'replica-started'; atUs: number; replica: string; boot: number; pid: number }
  /** It has said where it listens; its output is looked at every 10 ms. */
  | { type: 'replica-listening'; atUs: number; replica: string; boot: number }
  /** It answered an MCP request. */
  | { type: 'replica-ready'; atUs: number; replica: string; boot: number; url: string }
  | { type: 'replica-signalled'; atUs: number; replica: string; boot: number; signal: string }
  | {
      type: 'replica-exited';
      atUs: number;
      replica: string;
      boot: number;
      exitCode: number | null;
      signal: string | null;
      /** False: it ended although nobody asked it to. */
      expected: boolean;
    }
  /** What a server that is not ours has said of the ledger on its output, until the process's end. */
  | {
      type: 'ledger-read';
      atUs: number;
      replica: string;
      boot: number;
      entries: number;
      /** Lines that speak of the ledger and cannot be understood. */
      unreadable: number;
      /** The last line has no end: the process was killed while it wrote. */
      torn: boolean;
      /** Why not all of it could be read or noted. */
      failure?: string;
    }
  /** What a replica's process has used, as the operating system counts it; sampled about four times a second. */
  | {
      type: 'replica-usage';
      atUs: number;
      replica: string;
      boot: number;
      /** User and system time since its start, in microseconds. */
      cpuUs: number;
      rssBytes: number;
    }
  /** Written by the balancer when it takes effect: the replicas that get new requests from now on. */
  | { type: 'upstreams-changed'; atUs: number; upstreams: string[] }
  /** The balancer's word on one request; written when the answer has ended or failed. */
  | {
      type: 'routed';
      /** When the replica was chosen. */
      atUs: number;
      endUs: number;
      /** From the `x-windtunnel-request` header; null for a request without one. */
      requestId: string | null;
      method: string;
      /** The replica that got it; null if none could be reached. */
      replica: string | null;
      /** Replicas that refused the connection before. */
      refusedBy?: string[];
      /** The status sent to the client; null if the client went away before there was one. */
      status: number | null;
      /** Why the balancer itself answered, or `broken-mid-stream` if an answer broke off behind its status. */
      error?: string;
    };

// ── what the harness did to them ─────────────────────────────────────────────────────────────────

export type FaultEvent =
  /** `fault` is its index in the plan's timeline, `name` its kind. */
  | { type: 'fault-began'; atUs: number; fault: number; name: string; targets: string[] }
  | { type: 'fault-ended'; atUs: number; fault: number; name: string; error?: string };
