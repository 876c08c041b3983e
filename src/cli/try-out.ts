import { statSync } from 'node:fs';
import { join } from 'node:path';
import { HarnessError, revealed, systemClock } from '../core/index.ts';
import type { EventSink, RunEvent } from '../record/index.ts';
import { type DeploymentDraft, type ForeignServer, foreignServerOf } from '../scenario/index.ts';
import {
  type Learned,
  learnServer,
  processProvisioner,
  type ServerAccess,
  startWarden,
} from '../topology/index.ts';
import { foreignReplica } from './foreign-replica.ts';

/** How long a server that is up may take to say what it offers. */
export const answerTimeoutMs = 15_000;

/** What happens before an experiment is no part of its record. */
export const unrecorded: EventSink<RunEvent> = { write: () => {}, flush: () => {}, close: () => {} };

/**
 * Starts one process of the user's command, asks what it offers, and ends it, with all that it has started.
 * @throws HarnessError `usage` for what this backend cannot start, `server` for a command that does not come up.
 */
export function tryOutProcess(deployment: DeploymentDraft, signal: AbortSignal): Promise<Learned> {
  return withProcess(deployment, signal, (url, access) => {
    const stop = AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]);
    return learnServer(url, deployment.protocol, access, stop);
  });
}

/**
 * Starts one process of the user's command, has it used, and ends it, with all that it has started.
 * @throws HarnessError as `tryOutProcess` does, and what `use` throws.
 */
export async function withProcess<R>(
  deployment: DeploymentDraft,
  signal: AbortSignal,
  use: (url: string, access: ServerAccess) => Promise<R>,
): Promise<R> {
  const server = foreignServerOf(deployment);
  if (server?.command === undefined) throw needsContainer(deployment);
  assertFolder(deployment, server);
  await using warden = await startWarden();
  using temporary = warden.temporaryFolder();
  await using provisioner = processProvisioner({ clock: systemClock(), events: unrecorded, guard: warden });
  const slot = { replica: deployment.name, boot: 1, logPath: join(temporary.path, 'replica.log') };
  const own = { HOST: '127.0.0.1', WINDTUNNEL_REPLICA: 'r1', WINDTUNNEL_BOOT: '1' };
  const spec = foreignReplica(server, deployment.protocol, slot, own);
  const replica = await provisioner.start(spec, signal).catch((error: unknown) => {
    throw withoutLog(error, server);
  });
  return await use(replica.url, { headers: revealed(server.headers, process.env, 'server.headers') });
}

/** What it wrote is gone with the folder it was written to; the message has the end of it. */
function withoutLog(error: unknown, { command = [], cwd = '.' }: ForeignServer): unknown {
  if (!(error instanceof HarnessError) || error.code !== 'server') return error;
  const hint = `It was started as \`${command.join(' ')}\` in ${cwd}; try that by hand, or see \`ready\`, \`path\` and \`env\` of the deployment file.`;
  return new HarnessError(error.code, error.message, { hint, cause: error });
}

function needsContainer({ name }: DeploymentDraft): HarnessError {
  return new HarnessError('usage', `${name} runs an image, and replicas are processes of this machine`, {
    hint: 'Give --backend container, or name a `command` in place of the image.',
  });
}

function assertFolder({ name }: DeploymentDraft, { cwd = '.' }: ForeignServer): void {
  if (statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) return;
  throw new HarnessError('usage', `${name}: there is no folder ${cwd} to run the command in`, {
    hint: '`cwd` of the deployment file is relative to that file.',
  });
}
