import { resolve } from 'node:path';
import { readPlan } from './experiment-files.ts';
import { judgeExperiment } from './judge-experiment.ts';
import type { Output } from './output.ts';
import { present } from './present.ts';
import { exitCodeOf } from './run-command.ts';

/** `windtunnel report DIR`: judges and renders a finished experiment again. Returns the exit code. */
export async function reportCommand(
  command: { directory: string; quiet: boolean; json: boolean },
  output: Output,
): Promise<number> {
  const folder = resolve(command.directory);
  const results = await judgeExperiment(folder, readPlan(folder));
  await present(results, folder, command, output);
  return exitCodeOf(results);
}
