import { exitCodes } from '../core/index.ts';
import type { Output } from './output.ts';

/**
 * `windtunnel clean`: removes what killed runs have left in the container engine, and images of ours that newer ones have
 * superseded; nothing that belongs to a harness that lives.
 */
export async function cleanCommand(options: { json: boolean }, output: Output): Promise<number> {
  const { findEngine, removeOrphans, removeSuperseded } = await import('../topology/container/index.ts');
  const { docker } = await findEngine();
  const removed = await removeOrphans(docker);
  removed.images.push(...(await removeSuperseded(docker)));
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ removed }, null, 2)}\n`);
    return exitCodes.ok;
  }
  const lines = Object.entries(removed).flatMap(([kind, names]) =>
    (names as string[]).map((name) => `removed ${kind.slice(0, -1)} ${name}`),
  );
  output.out(lines.length === 0 ? 'nothing was left by a run that was killed' : lines.join('\n'));
  return exitCodes.ok;
}
