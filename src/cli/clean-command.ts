import { exitCodes } from '../core/index.ts';
import { removeLeftFolders } from '../topology/index.ts';
import type { Output } from './output.ts';

/**
 * `windtunnel clean`: removes what killed runs have left in the container engine and in the temporary folder, and images of
 * ours that newer ones have superseded; nothing that belongs to a harness that lives.
 */
export async function cleanCommand(options: { json: boolean }, output: Output): Promise<number> {
  const { findEngine, removeOrphans, removeSuperseded } = await import('../topology/container/index.ts');
  const { docker } = await findEngine();
  const inEngine = await removeOrphans(docker);
  inEngine.images.push(...(await removeSuperseded(docker)));
  // Last: no container is left that writes there.
  const removed = { ...inEngine, folders: removeLeftFolders() };
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ removed }, null, 2)}\n`);
    return exitCodes.ok;
  }
  const lines = Object.entries(removed).flatMap(([kind, names]) =>
    names.map((name) => `removed ${kind.slice(0, -1)} ${name}`),
  );
  output.out(lines.length === 0 ? 'nothing was left by a run that was killed' : lines.join('\n'));
  return exitCodes.ok;
}
