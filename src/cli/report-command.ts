import { resolve } from 'node:path';
import { readPlan } from './experiment-files.ts';
import { judgeApart } from './judge-apart.ts';
import type { Output } from './output.ts';
import { exitCodeOf } from './run-command.ts';

/** `windtunnel report DIR`: judges and renders a finished experiment again. Returns the exit code. */
export async function reportCommand(
  command: { directory: string; quiet: boolean; json: boolean },
  output: Output,
): Promise<number> {
  const folder = resolve(command.directory);
  const results = await judgeApart(folder, readPlan(folder));
  // Not before: what draws charts takes memory that judging may need.
  const { present } = await import('./present.ts');
  await present(results, folder, command, output);
  return exitCodeOf(results);
}
