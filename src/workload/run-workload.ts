import { arrivalTimesUs, clientSchedule, type RunSpec } from '../scenario/index.ts';
import type { ClientContext } from './types.ts';
import { runClient } from './virtual-client.ts';

/** Which of the clients: every `threads`-th, from `thread` on. Who carries them out changes nothing of what they intend. */
export interface Share {
  thread: number;
  threads: number;
}

/**
 * Lets the clients of a run arrive at their times and waits until the last has left. A client arrives when it
 * is due, however the servers fare (open arrivals).
 */
export async function runWorkload(
  spec: RunSpec,
  context: ClientContext,
  share: Share = { thread: 0, threads: 1 },
): Promise<void> {
  const arrivals = arrivalTimesUs(spec.scenario, spec.seed);
  const present = new Set<Promise<void>>();
  let failed: { error: unknown } | undefined;
  for (const [index, arrivalUs] of arrivals.entries()) {
    if (index % share.threads !== share.thread) continue;
    await context.clock.sleepUntil(context.beginUs + arrivalUs, context.signal).catch(() => {});
    if (context.signal.aborted || failed) break;
    const client = runClient(
      clientSchedule(spec.scenario, spec.seed, index, arrivalUs),
      context,
      context.rowOf(index),
    )
      .catch((error: unknown) => {
        failed ??= { error };
      })
      .finally(() => present.delete(client));
    present.add(client);
  }
  await Promise.all(present);
  if (failed) throw failed.error;
}
