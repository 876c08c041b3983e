import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { HarnessError, messageOf, type Redact, redactor, systemClock } from '../core/index.ts';
import { type RunDeps, run } from '../engine/index.ts';
import { startGenerator, threadsFor } from '../generator/index.ts';
import { ndjsonWriter, type RunEvent } from '../record/index.ts';
import { type RunSpec, runSecrets } from '../scenario/index.ts';
import { startWarden } from '../topology/index.ts';
import type { Backend, RunMeans } from './backend.ts';
import { eventsPath, ledgerPath, logsPath } from './experiment-files.ts';
import type { RunProgress } from './progress.ts';
import { filesIn, redactFiles } from './redact-files.ts';
import { watchStubborn } from './stubborn-replicas.ts';

/** What a run needs of the world: its records, the warden, the generator, and what the backend brings up. */

/** How long an event may stay in memory before it is on disk. */
const flushMs = 100;

/** What brings deployments up, and where those are that are up already. */
export type BackendMeans = { backend: Backend } & Pick<RunMeans, 'addresses'>;

/**
 * Carries one run out and leaves its records in the experiment's folder, without the secrets that the run uses.
 * What servers write themselves holds them until the run has ended.
 */
export async function carryOut(
  spec: RunSpec,
  folder: string,
  means: BackendMeans,
  progress: RunProgress,
  signal: AbortSignal,
): Promise<'completed' | 'interrupted'> {
  const secrets = runSecrets(spec, process.env);
  if (Object.keys(secrets).length === 0) return record(spec, folder, means, progress, signal);
  const redact = redactor(secrets);
  try {
    return await record(spec, folder, means, progress, signal, redact);
  } catch (error) {
    throw withoutSecrets(error, redact);
  } finally {
    redactFiles([ledgerPath(folder, spec), ...filesIn(logsPath(folder, spec))], redact);
  }
}

/** An error repeats what servers have written. */
function withoutSecrets(error: unknown, redact: Redact): unknown {
  if (!(error instanceof HarnessError)) return new HarnessError('internal', redact(messageOf(error)));
  const hint = error.hint === undefined ? {} : { hint: redact(error.hint) };
  return new HarnessError(error.code, redact(error.message), hint);
}

async function record(
  spec: RunSpec,
  folder: string,
  { backend, addresses }: BackendMeans,
  progress: RunProgress,
  signal: AbortSignal,
  redact?: Redact,
): Promise<'completed' | 'interrupted'> {
  makeFolder(logsPath(folder, spec));
  const clock = systemClock();
  const unwritable = new AbortController();
  const log = ndjsonWriter<RunEvent>(eventsPath(folder, spec), {
    flushMs,
    redact,
    onBroken: (error) => unwritable.abort(error),
  });
  const events = watchStubborn(log, progress.replicaKilled);
  try {
    await using warden = await startWarden();
    using temporary = warden.temporaryFolder();
    const deps: RunDeps = {
      clock,
      events,
      provision: (_spec, stop) =>
        backend.provision(
          spec,
          { clock, events, warden, folder, temporaryFolder: temporary.path, addresses },
          stop,
        ),
      startGenerator: (_spec, stop) =>
        startGenerator(
          {
            spec,
            threads: threadsFor(spec.scenario, availableParallelism()),
            eventsPath: eventsPath(folder, spec),
            epochUs: clock.epochUs,
            guard: warden,
            onCounts: progress.update,
          },
          stop,
        ),
      onBegin: () => progress.workloadBegan(),
    };
    try {
      const how = await run(spec, deps, AbortSignal.any([signal, unwritable.signal]));
      unwritable.signal.throwIfAborted();
      return how;
    } catch (error) {
      // Whatever else went wrong followed from it.
      throw unwritable.signal.aborted ? unwritable.signal.reason : error;
    }
  } finally {
    events.close();
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (cause) {
    throw new HarnessError('usage', `cannot make the folder ${path}: ${messageOf(cause)}`, {
      hint: 'Choose a folder that can be written with --out.',
      cause,
    });
  }
}
