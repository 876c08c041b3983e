import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { RunEvent } from '../../src/record/index.ts';
import type { Results } from '../../src/verdict/index.ts';
import { cli, processesWith, temporaryFolder } from '../support/cli.ts';

const here = (name: string) => fileURLToPath(new URL(`./servers/${name}`, import.meta.url));

/** A run of the real command line whose replicas are hostile servers, and what it left. */
export interface HostileRun extends Disposable {
  code: number | null;
  stdout: string;
  stderr: string;
  out: string;
  results(): Results;
  /** What was recorded of one deployment. */
  events(deployment: string): RunEvent[];
  /** Bytes of the event log. */
  logBytes(deployment: string): number;
  /** Everything that replicas of a deployment wrote. */
  replicaOutput(deployment: string): string;
  html(): string;
  /** Peak memory of the processes of the harness, in MB, by the end of the program's name. */
  peaksMb(): { program: string; mb: number }[];
  /** Processes of the run that are alive, and temporary files of it that are there. */
  leftOver(): string[];
}

/** @param server a program in `servers/`, which runs in the place of the deployments' own. */
export async function hostileRun(
  server: string,
  deployments: string,
  args: readonly string[],
  env: Record<string, string> = {},
  scenario = 'calls.yaml',
): Promise<HostileRun> {
  const folder = temporaryFolder();
  const out = join(folder.path, 'out');
  const peaks = join(folder.path, 'peaks');
  const finished = await cli(
    ['run', here(scenario), '--deployment', deployments, ...args, '--quiet', '--out', out],
    {
      env: {
        ...env,
        HOSTILE_SERVER: pathToFileURL(here(server)).href,
        HOSTILE_PEAKS: peaks,
        NODE_OPTIONS: `--import=${pathToFileURL(here('in-place-main.ts')).href}`,
        // Temporary folders of this run alone.
        TMPDIR: folder.path,
      },
    },
  );
  const run = (deployment: string) => join(out, 'runs', `${deployment}-0`);
  const log = (deployment: string) => join(run(deployment), 'events.ndjson');
  return {
    ...finished,
    out,
    results: () => JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')),
    events: (deployment) =>
      readFileSync(log(deployment), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line)),
    logBytes: (deployment) => statSync(log(deployment)).size,
    replicaOutput: (deployment) => {
      const logs = join(run(deployment), 'logs');
      return readdirSync(logs)
        .map((name) => readFileSync(join(logs, name), 'latin1'))
        .join('');
    },
    html: () => readFileSync(join(out, 'report.html'), 'utf8'),
    peaksMb: () =>
      existsSync(peaks)
        ? readFileSync(peaks, 'utf8')
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line) as { program: string; peakKib: number })
            .map(({ program, peakKib }) => ({
              program: program.replace(/^.*\/src\//, ''),
              mb: (peakKib * 1024) / 1e6,
            }))
        : [],
    leftOver: () => [
      ...processesWith(out).map(({ command }) => command),
      ...readdirSync(folder.path).filter((name) => name !== 'out' && name !== 'peaks'),
    ],
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}
