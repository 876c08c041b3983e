import { runServer } from '../../host/index.ts';
import { statelessApp } from '../../sdk/stateless-app.ts';
import type { TaskEngine, TaskEngineParts } from '../../tasks/index.ts';

type ServerProcess = Parameters<typeof runServer>[0];

/**
 * The reference server of 2026-07-28 with one thing that is wrong in its tasks.
 * @param makeEngine makes the engine that is wrong, mostly of a sound one.
 */
export async function runBrokenTasks(
  proc: ServerProcess,
  makeEngine: (parts: TaskEngineParts) => TaskEngine,
): Promise<void> {
  await runServer(proc, (context) => statelessApp(context), { taskEngine: makeEngine });
}
