import { join } from 'node:path';
import { exitCodes, HarnessError, messageOf, systemClock } from '../core/index.ts';
import type { EventSink, RunEvent } from '../record/index.ts';
import { referenceServers } from '../scenario/index.ts';
import {
  describeExit,
  orAborted,
  processProvisioner,
  type ReplicaExit,
  type ReplicaSpec,
  type RunningReplica,
  startWarden,
} from '../topology/index.ts';
import { fold, type Output } from './output.ts';
import { checkTemporaryFolder } from './output-folder.ts';
import { programPath } from './package-info.ts';
import { howToConnect } from './serve-examples.ts';
import type { ServeOptions } from './serve-options.ts';

const endpointPath = '/mcp';
const readyTimeoutMs = 20_000;

/** A server that is only tried out leaves no record. */
const nowhere: EventSink<RunEvent> = { write: () => {}, flush: () => {}, close: () => {} };

/**
 * `windtunnel serve`: one reference server to try a client against, until `signal` aborts. Returns the exit code.
 * @throws HarnessError `usage` if the port cannot be had, `server` if the server does not start or ends by itself.
 */
export async function serveCommand(
  options: ServeOptions,
  output: Output,
  signal: AbortSignal,
): Promise<number> {
  checkTemporaryFolder();
  await using warden = await startWarden();
  using temporary = warden.temporaryFolder();
  const deps = { clock: systemClock(), events: nowhere, guard: warden };
  await using provisioner = processProvisioner(deps);
  const spec = replicaSpec(options, temporary.path);
  let running: RunningReplica;
  try {
    running = await provisioner.start(spec, signal);
  } catch (error) {
    if (signal.aborted) return exitCodes.ok;
    throw explained(error, options.port);
  }
  announce(options, running.url, output);
  await orAborted(running.exited, signal);
  if (!signal.aborted) throw endedByItself(await running.exited);
  running.signal('SIGTERM');
  await running.exited;
  if (!options.json) output.note('The server has ended.');
  return exitCodes.ok;
}

function replicaSpec({ server, port, store }: ServeOptions, folder: string): ReplicaSpec {
  return {
    replica: server,
    boot: 1,
    command: [process.execPath, programPath(`infra/servers/${server}`)],
    env: {
      // What the user's own environment says is about other programs.
      HOST: '127.0.0.1',
      PORT: String(port),
      WINDTUNNEL_STORE: store === 'memory' ? 'memory' : `sqlite:${join(folder, 'store.sqlite')}`,
    },
    path: endpointPath,
    protocol: referenceServers[server],
    logPath: join(folder, 'server.log'),
    readyTimeoutMs,
  };
}

function announce({ server, store, json }: ServeOptions, url: string, output: Output): void {
  const protocol = referenceServers[server];
  if (json) {
    process.stdout.write(`${JSON.stringify({ url, server, protocol, store })}\n`);
    return;
  }
  const lines = howToConnect(url, protocol).split('\n');
  // Commands stay on their lines, to be copied.
  output.out(lines.map((line) => (line.startsWith(' ') ? line : fold(line, output.columns))).join('\n'));
}

/** The port is the user's choice; whatever else keeps a server from starting is the server's own fault. */
function explained(error: unknown, port: number): unknown {
  const why = /EADDRINUSE/.test(messageOf(error))
    ? 'another program listens there'
    : /EACCES/.test(messageOf(error))
      ? 'this user may not listen there'
      : undefined;
  if (why === undefined) return error;
  return new HarnessError('usage', `--port ${port}: ${why}`, {
    hint: 'Choose another port, or leave --port out for any free one.',
    cause: error,
  });
}

function endedByItself(exit: ReplicaExit): HarnessError {
  const last = exit.lastOutput === '' ? 'It wrote nothing.' : `Its last output:\n${exit.lastOutput}`;
  return new HarnessError('server', `the server ended by itself (${describeExit(exit)}). ${last}`);
}
