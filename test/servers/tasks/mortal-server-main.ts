import process from 'node:process';
import { runServer } from '../../../infra/servers/host/index.ts';
import { statelessApp } from '../../../infra/servers/sdk/stateless-app.ts';
import { taskEngine } from '../../../infra/servers/tasks/index.ts';

/** The reference server, killed at the one moment that chance hits in no test: at a commit (`DIES`: `before`, `behind`). */

await runServer(process, (context) => statelessApp(context), {
  taskEngine: (parts) =>
    taskEngine({
      ...parts,
      ledger: parts.ledger && {
        ...parts.ledger,
        write(entry) {
          if (entry.event === 'commit' && process.env.DIES === 'before') die();
          parts.ledger?.write(entry);
          if (entry.event === 'commit') die();
        },
      },
    }),
});

function die(): void {
  process.kill(process.pid, 'SIGKILL');
}
