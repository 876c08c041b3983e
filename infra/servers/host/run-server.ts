import { exitCodes, HarnessError, messageOf, systemClock } from '../../../src/core/index.ts';
import { type LedgerSink, ledgerWriter } from '../../../src/record/index.ts';
import { type Changes, openChanges } from '../changes/index.ts';
import { type EventLog, openEvents } from '../events/index.ts';
import { type StateSeal, stateSeal } from '../input/index.ts';
import { type KeyedCalls, openKeyedCalls } from '../keyed/index.ts';
import { openStore, type Store } from '../store/index.ts';
import { type TaskEngine, type TaskEngineParts, taskEngine, taskParts } from '../tasks/index.ts';
import { readConfig, type ServerConfig } from './config.ts';
import { type App, type Host, listen } from './listen.ts';

/** What a server is built from. */
export interface ServerContext {
  config: ServerConfig;
  store: Store;
  /** What was sent on streams; absent: they cannot be resumed. */
  events: EventLog | undefined;
  /** Topics, and who is told of their changes; absent where the deployment has no bus. */
  changes: Changes | undefined;
  /** What became of calls with an idempotency key. */
  keyed: KeyedCalls;
  /** What clients carry of calls that wait for their answers (2026-07-28). */
  states: StateSeal;
  /** Absent when nobody asked for a ledger. */
  ledger: LedgerSink | undefined;
  /** Absent where the deployment has no tasks. */
  tasks: TaskEngine | undefined;
}

export type CreateApp = (context: ServerContext) => App;

/** What may be put into a server before it is built; broken ones do so. */
export interface Tampering {
  /** Makes the engine of tasks. */
  taskEngine?(parts: TaskEngineParts): TaskEngine;
}

/** The part of `process` that a server touches; the entry files pass the real one. */
export type ServerProcess = Pick<NodeJS.Process, 'env' | 'exit' | 'on'> & {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
};

/**
 * The whole life of a server process: configure, listen, say where on stdout, serve until SIGTERM or SIGINT,
 * drain, exit 0. What keeps it from starting goes to stderr as one line: exit 64 for a bad variable, else 70.
 */
export async function runServer(
  proc: ServerProcess,
  createApp: CreateApp,
  tampering: Tampering = {},
): Promise<void> {
  try {
    const config = readConfig(proc.env);
    if (config.lifeline) exitWithStdin(proc);
    const complaint = (message: string) => complain(proc, message);
    const opened = await openContext(config, complaint);
    const parts = await taskParts(config, opened, complaint);
    const tasks = parts && (tampering.taskEngine ?? taskEngine)(parts);
    const context = { ...opened, tasks };
    const host = await listen(createApp(context), config, (error) => complain(proc, error));
    exitOnSignal(proc, host, context, () => parts?.store.close());
    proc.stdout.write(`listening on ${host.url}\n`);
  } catch (error) {
    complain(proc, error);
    proc.exit(error instanceof HarnessError && error.code === 'usage' ? exitCodes.usage : exitCodes.internal);
  }
}

async function openContext(
  config: ServerConfig,
  onTrouble: (message: string) => void,
): Promise<Omit<ServerContext, 'tasks'>> {
  const { ledgerPath, replica, boot } = config;
  const clock = systemClock(config.epochUs);
  return {
    config,
    store: await openStore(config.store, onTrouble),
    events: config.events && (await openEvents(config.events, onTrouble)),
    changes: config.bus && (await openChanges(config.bus, onTrouble)),
    keyed: await openKeyedCalls(config.store, onTrouble),
    states: stateSeal(config.stateKey),
    ledger: ledgerPath === undefined ? undefined : ledgerWriter(ledgerPath, { clock, replica, boot }),
  };
}

function exitOnSignal(
  proc: ServerProcess,
  host: Host,
  { config, store, events, changes, keyed, ledger, tasks }: ServerContext,
  closeTaskStore: () => void | Promise<void>,
): void {
  let draining = false;
  const onSignal = async () => {
    if (draining) return;
    draining = true;
    try {
      // First of all: whoever carries them on need not wait for what is answered here meanwhile.
      await tasks?.handOver();
    } catch (error) {
      complain(proc, error);
    }
    const cut = await host.drain(config.drainMs);
    if (cut > 0) complain(proc, `drain: cut ${cut} requests still in flight after ${config.drainMs} ms`);
    tasks?.close();
    ledger?.close();
    await events?.close();
    await changes?.close();
    await keyed.close();
    await closeTaskStore();
    await store.close();
    proc.exit(exitCodes.ok);
  };
  proc.on('SIGTERM', onSignal);
  proc.on('SIGINT', onSignal);
}

/** A parent that dies, however it dies, lets go of the pipe: no server outlives its harness. */
function exitWithStdin(proc: ServerProcess): void {
  for (const event of ['end', 'close', 'error']) proc.stdin.on(event, () => proc.exit(exitCodes.ok));
  proc.stdin.resume();
}

function complain(proc: ServerProcess, error: unknown): void {
  proc.stderr.write(`${messageOf(error).replaceAll('\n', ' ')}\n`);
}
