import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { HarnessError, messageOf, systemClock } from '../core/index.ts';
import { type RunDeps, run } from '../engine/index.ts';
import { startGenerator, threadsFor } from '../generator/index.ts';
import { ndjsonWriter, type RunEvent } from '../record/index.ts';
import type { RunSpec } from '../scenario/index.ts';
import { startWarden } from '../topology/index.ts';
import type { Backend, RunMeans } from './backend.ts';
import { eventsPath, logsPath } from './experiment-files.ts';
import type { RunProgress } from './progress.ts';

/** What a run needs of the world: its records, the warden, the generator, and what the backend brings up. */

/** How long an event may stay in memory before it is on disk. */
const flushMs = 100;

/** Carries one run out and leaves its records in the experiment's folder. */
export async function carryOut(
  spec: RunSpec,
  folder: string,
  { backend, addresses }: { backend: Backend } & Pick<RunMeans, 'addresses'>,
  progress: RunProgress,
  signal: AbortSignal,
): Promise<'completed' | 'interrupted'> {
  makeFolder(logsPath(folder, spec));
  const clock = systemClock();
  const unwritable = new AbortController();
  const events = ndjsonWriter<RunEvent>(eventsPath(folder, spec), {
    flushMs,
    onBroken: (error) => unwritable.abort(error),
  });
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
