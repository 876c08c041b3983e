import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HarnessError, monotonicUs } from '../../core/index.ts';
import { handOver } from './hand-over.ts';
import { startContainer } from './run-container.ts';
import type { RunScope } from './run-scope.ts';

/** What a container writes: its time, as all processes of a run tell it. */
const program = "require('fs').appendFileSync('/record/check', String(process.hrtime.bigint() / 1000n))";

/**
 * Containers append to the run's files, with times of the machine's one monotonic clock. So they must be on this
 * machine; that is found out with one that does both.
 *
 * @param image one with Node.
 * @param folder a temporary one.
 * @throws HarnessError `usage` for an engine elsewhere (on another machine, or in a virtual one).
 */
export async function refuseRemoteEngine(scope: RunScope, image: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const file = handOver(join(folder, 'check'), scope.engine);
  let output = '';
  const beforeUs = monotonicUs();
  const live = await startContainer(scope, {
    name: 'check',
    part: 'check',
    image,
    command: ['node', '-e', program],
    env: {},
    mounts: [{ from: file, to: '/record/check' }],
    onOutput: (chunk) => {
      output += chunk;
    },
  });
  const { exitCode } = await live.ended;
  const afterUs = monotonicUs();
  await live.container.remove({ force: true });
  const said = readFileSync(file, 'utf8');
  const isOurs = said !== '' && Number(said) >= beforeUs && Number(said) <= afterUs;
  if (exitCode === 0 && isOurs) return;
  const why =
    said === ''
      ? `a container cannot write to the files of a run${output.trim() === '' ? '' : `: ${output.trim().split('\n').at(-1)}`}`
      : 'the clock of a container is not that of this machine';
  throw new HarnessError('usage', `the container engine cannot be used: ${why}`, {
    hint: 'It must run on this machine itself, not on another or in a virtual one; unset DOCKER_HOST, or use --backend process.',
  });
}
