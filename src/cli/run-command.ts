import { exitCodes, wallClockIso } from '../core/index.ts';
import {
  type ContainerEngine,
  draftPlan,
  type Plan,
  type PlanDraft,
  type RunSpec,
  runsOf,
  settledPlan,
} from '../scenario/index.ts';
import { removeLeftFolders } from '../topology/index.ts';
import type { Results } from '../verdict/index.ts';
import { describeEnvironment } from './environment.ts';
import { readPlan, writePlan } from './experiment-files.ts';
import { judgeApart } from './judge-apart.ts';
import { describeError, type Output } from './output.ts';
import { checkTemporaryFolder, makeOutputFolder } from './output-folder.ts';
import { catalog, tool } from './package-info.ts';
import { prepareContainers, refuseForeignRedis } from './prepare-containers.ts';
import { processBackend } from './process-backend.ts';
import { progressDisplay } from './progress.ts';
import { rehearse } from './rehearsal.ts';
import { defaultDeployments, type RunOptions } from './run-options.ts';
import { prepareStore } from './shared-store.ts';
import { type BackendMeans, carryOut } from './wiring.ts';

/**
 * `windtunnel run`: plan, carry out, judge, report. Returns the exit code.
 *
 * A run that fails (a replica that does not start) ends the experiment; what was recorded before is judged all
 * the same, and then the failure is thrown.
 */
export async function runCommand(
  options: RunOptions,
  argv: readonly string[],
  output: Output,
  signal: AbortSignal,
): Promise<number> {
  const startedAt = wallClockIso();
  const isContainer = options.backend === 'container';
  if (isContainer) refuseForeignRedis(options.store);
  const store = isContainer ? undefined : await prepareStore(options.store, output);
  const draft = draftPlan(
    {
      ...options,
      defaultDeployments,
      startedAt,
      tool,
      environment: describeEnvironment(store?.versions),
      env: process.env,
      backend: options.backend,
      sharedStore: store?.plan ?? { store: options.store.kind },
      command: repeatCommand(
        argv.map((word) => store?.withoutPassword(word) ?? word),
        options.seed,
      ),
    },
    catalog,
  );
  checkTemporaryFolder();
  await using backend = store ? processBackend(store) : await prepareContainers(draft, output);
  // Not before: by now no container is left either that writes there.
  removeLeftFolders();
  const { protocols, addresses } = await rehearse(draft, backend, options.targets, output, signal);
  const { engine } = backend;
  const plan = settledPlan(engine ? withEngine(draft, engine) : draft, protocols);
  const folder = makeOutputFolder(
    options.out,
    startedAt,
    plan.scenarios.map((scenario) => scenario.name),
  );
  writePlan(folder, plan);
  const failure = await carryOutAll(plan, folder, { backend, addresses }, options, output, signal);
  try {
    // From the plan on disk, as `report` will judge it again: its keys come in the order of the file's schema.
    const results = await judgeApart(folder, readPlan(folder));
    // Not before: what draws charts must not take memory or time from the load generator.
    const { present } = await import('./present.ts');
    await present(results, folder, options, output);
    if (!failure) return exitCodeOf(results);
  } catch (error) {
    if (!failure) throw error;
    // What went wrong first may be why; it is thrown below.
    output.note(describeError(error));
  }
  throw failure.error;
}

function withEngine(draft: PlanDraft, engine: ContainerEngine): PlanDraft {
  return { ...draft, environment: { ...draft.environment, engine } };
}

async function carryOutAll(
  plan: Plan,
  folder: string,
  means: BackendMeans,
  options: RunOptions,
  output: Output,
  signal: AbortSignal,
): Promise<{ error: unknown } | undefined> {
  const display = progressDisplay(output, options.quiet);
  const runs: RunSpec[] = runsOf(plan);
  for (const [i, spec] of runs.entries()) {
    if (signal.aborted) break;
    const progress = display.begin(spec, i + 1, runs.length);
    try {
      progress.end(await carryOut(spec, folder, means, progress, signal));
    } catch (error) {
      progress.end('failed');
      return { error };
    }
  }
  return undefined;
}

export function exitCodeOf(results: Results): number {
  if (results.verdict === 'fail') return exitCodes.failed;
  return results.verdict === 'pass' ? exitCodes.ok : exitCodes.unknown;
}

/** The command that repeats an experiment: as given, with the seed spelled out and without its folder. */
function repeatCommand(argv: readonly string[], seed: number): string {
  const words: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    const option = /^--(out|seed)(=|$)/.exec(word);
    if (!option) words.push(word);
    else if (option[2] === '') i += 1;
  }
  return ['windtunnel', ...words, '--seed', String(seed)].map(quote).join(' ');
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
