import type { AskedProtocol } from './mcp-probe.ts';

/** How to start one replica. Everything in it is plain data, so that any provisioner can act on it. */
export interface ReplicaSpec {
  /** `r1`, `r2`, …: the slot. It outlives its boots. */
  replica: string;
  /** 1 for the first process in the slot, 2 for the one that replaced it, … */
  boot: number;
  /** argv[0] and its arguments; `${port}` in one of them is a port that the provisioner picks. */
  command: readonly string[];
  /** Where it runs; by default where the harness does. */
  cwd?: string | undefined;
  /** Added to the harness's own environment; `${port}` as in `command`. */
  env: Readonly<Record<string, string>>;
  /** Of containers: what they are made from. */
  image?: string | undefined;
  /** Path of the MCP endpoint, e.g. `/mcp`. */
  path: string;
  protocol: AskedProtocol;
  /** Sent with what it is asked until it is ready. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** By default an answer to an MCP request. */
  readyWhen?: ReadyWhen | undefined;
  /** The replica's output is appended here. */
  logPath: string;
  /** It writes ledger lines on its standard output, which are to be noted in this file; absent if it does not. */
  ledgerPath?: string;
  /** What it starts itself may leave its process group, and is then looked for. */
  mayFork?: boolean;
  /** From start to the first MCP answer. */
  readyTimeoutMs: number;
}

/** A GET of this path is answered with 2xx, or what it writes matches this regular expression. */
export type ReadyWhen = { path: string } | { output: string };

export interface ReplicaExit {
  exitCode: number | null;
  signal: string | null;
  /** The end of what it wrote, at most 4 KB. */
  lastOutput: string;
  /** True: the system killed it, since it held more memory than it may. */
  oomKilled?: boolean;
}

/** A replica that has answered an MCP request. One that has not started cannot be stopped: it has no such value. */
export interface RunningReplica {
  readonly replica: string;
  readonly boot: number;
  /** The MCP endpoint of this replica itself, e.g. `http://127.0.0.1:40123/mcp`. */
  readonly url: string;
  readonly pid: number;
  /** Settles once the replica is gone; never rejects. */
  readonly exited: Promise<ReplicaExit>;
  /** A container's engine may take its time, or fail to: it then resolves when it is done, or rejects. */
  signal(name: ReplicaSignal): void | Promise<void>;
  /** What only a container can suffer; absent where the replica is a process. */
  readonly container?: ContainerAfflictions;
}

export interface ContainerAfflictions {
  /** Has the system kill its server for want of memory; resolves when the replica is gone. */
  exhaustMemory(): Promise<void>;
  /** Cuts it off its network: it runs on, and nothing reaches it, nor it anything. */
  disconnect(): Promise<void>;
  /** Resolves to the URL it has from then on, which may be another. */
  reconnect(): Promise<string>;
}

export type ReplicaSignal = 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT';

/** Starts replicas somewhere: as processes, in containers, … Disposing it ends all it started. */
export interface Provisioner extends AsyncDisposable {
  /**
   * Resolves when the replica has answered an MCP request.
   * @throws HarnessError `server` if it exits or stays silent first; the message ends with its last output.
   */
  start(spec: ReplicaSpec, signal: AbortSignal): Promise<RunningReplica>;
}

/** Takes upstreams, gives an entry URL; upstreams can change live. */
export interface Balancer extends AsyncDisposable {
  /** Where clients connect, e.g. `http://127.0.0.1:40100/mcp`. */
  readonly entryUrl: string;
  /** New requests may go to it from when this resolves. Takes the place of an upstream of the same name. */
  add(replica: string, url: string): Promise<void>;
  /** No new request goes to it from when this resolves; what it is answering goes on. */
  remove(replica: string): Promise<void>;
  /** Resolves once the replica answers no request any more, or after `timeoutMs`. Returns how many were left. */
  drained(replica: string, timeoutMs: number): Promise<number>;
  /** Rejects when the balancer ends by itself. Never resolves. */
  readonly broken: Promise<never>;
}

/** How the balancer picks a replica for a request. */
export type Routing =
  /** Strict rotation over the upstreams, whatever the request. */
  | 'round-robin'
  /**
   * A request with an `Mcp-Session-Id` goes where that session was established (the balancer learns the id
   * from the answer to `initialize`); without one, or with an id whose replica is gone, in rotation.
   */
  | 'session-affinity'
  /**
   * A request about a task (2026-07-28: `Mcp-Method: tasks/…`) goes where the task that its `Mcp-Name` names was made (the
   * balancer learns the id from the answer to `tools/call`); others, or of one whose replica is gone, in rotation.
   */
  | 'task-affinity'
  /** By `hash mod N` of the client, whatever the session; a client's name stands for its address. */
  | 'hash'
  /** By a hash ring over the client, so that few clients move when upstreams come or go. */
  | 'consistent-hash';

/** A deployment that is up: replicas behind a balancer. Disposing it takes everything down. */
export interface Topology extends AsyncDisposable {
  readonly entryUrl: string;
  /** What to connect to, where the URL's host is not to be looked up again. */
  readonly entryAddress?: string | undefined;
  /** The slots that have a live replica now, in order of their number. */
  replicas(): readonly RunningReplica[];
  /**
   * Graceful restart: out of the balancer, up to `graceMs` for what it is answering, SIGTERM, after another
   * `graceMs` SIGKILL; then a new boot, ready, and back into the balancer.
   */
  restart(replica: string, options: { graceMs: number }, signal: AbortSignal): Promise<void>;
  /**
   * SIGKILL without a word to the balancer, which finds out by itself; resolves when the process is gone.
   * With `replace` a new boot follows in the same slot, and it resolves when that is ready and balanced.
   */
  crash(replica: string, options: { replace: boolean }, signal: AbortSignal): Promise<void>;
  /** SIGSTOP, and SIGCONT after `durationMs` or when `signal` aborts. */
  freeze(replica: string, durationMs: number, signal: AbortSignal): Promise<void>;
  /** The system kills its server for want of memory; the rest as in a crash. Containers only. */
  exhaustMemory(replica: string, options: { replace: boolean }, signal: AbortSignal): Promise<void>;
  /** Cuts it off its network, and takes it back after `durationMs` or when `signal` aborts. Containers only. */
  disconnect(replica: string, durationMs: number, signal: AbortSignal): Promise<void>;
  /** From now on replicas boot from another image: a name, or `next` for another version of ours. Containers only. */
  release(image: string): void;
  /**
   * Adds replicas (started together, each balanced when it is ready) or removes the highest-numbered ones
   * (out of the balancer, up to `drainMs` for what they are answering, then SIGTERM).
   */
  scaleTo(count: number, options: { drainMs: number }, signal: AbortSignal): Promise<void>;
  /**
   * How many replicas have ended by themselves so far. That is a server's failing: it is recorded, the balancer has
   * them out, their slots stay empty, and the run goes on.
   */
  readonly lost: number;
  /** Rejects when what the run stands on ends: the balancer. Never resolves. */
  readonly broken: Promise<never>;
}
