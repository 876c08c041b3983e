import { mkdirSync } from 'node:fs';
import { HarnessError, revealed, systemClock } from '../core/index.ts';
import { type DeploymentDraft, foreignServerOf } from '../scenario/index.ts';
import { type Learned, learnServer, startWarden, type Topology } from '../topology/index.ts';
import type { RunMeans } from './backend.ts';
import { logsPath } from './experiment-files.ts';
import { answerTimeoutMs, unrecorded } from './try-out.ts';

type Provision = (
  spec: { deployment: DeploymentDraft; folder: string },
  run: RunMeans,
  signal: AbortSignal,
) => Promise<Topology>;

/**
 * Starts one container of the user's image behind a balancer, asks what it offers, and removes both.
 * @throws HarnessError `server` for an image that does not come up.
 */
export async function tryOutContainer(
  deployment: DeploymentDraft,
  provision: Provision,
  signal: AbortSignal,
): Promise<Learned> {
  await using warden = await startWarden();
  using temporary = warden.temporaryFolder();
  const folder = temporary.path;
  const spec = { deployment: { ...deployment, replicas: 1 }, folder: 'try-out' };
  mkdirSync(logsPath(folder, spec), { recursive: true });
  const run: RunMeans = {
    ...{ clock: systemClock(), events: unrecorded, warden, folder, temporaryFolder: folder },
    addresses: new Map(),
  };
  try {
    await using topology = await provision(spec, run, signal);
    const server = foreignServerOf(deployment);
    const access = { headers: revealed(server?.headers ?? {}, process.env, 'server.headers') };
    const stop = AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]);
    return await learnServer(topology.entryUrl, deployment.protocol, access, stop);
  } catch (error) {
    throw withoutLog(error, deployment);
  }
}

/** What it wrote is gone with the folder it was written to; the message has the end of it. */
function withoutLog(error: unknown, { name }: DeploymentDraft): unknown {
  if (!(error instanceof HarnessError) || error.code !== 'server') return error;
  const advice =
    error.hint?.replace(/\s*All it wrote is in .*$/s, '') ||
    'See `port`, `path` and `env` of the deployment file.';
  return new HarnessError(error.code, `${name}: ${error.message}`, { hint: advice, cause: error });
}
