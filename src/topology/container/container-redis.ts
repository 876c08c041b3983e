import { writeSync } from 'node:fs';
import { HarnessError, type RedisAddress } from '../../core/index.ts';
import { openProcessLog } from '../process-log.ts';
import { startContainer } from './run-container.ts';
import type { RunScope } from './run-scope.ts';

export interface ContainerRedis extends AsyncDisposable {
  /** On the run's network. */
  readonly address: RedisAddress;
}

const port = 6379;
const readyTimeoutMs = 20_000;
const command = [
  'redis-server',
  '--save',
  '',
  '--appendonly',
  'no',
  '--protected-mode',
  'no',
  '--dir',
  '/tmp',
];

/**
 * A Redis of the run's own, for nobody else: it is reached from the run's network only. Resolves when it says that it
 * takes connections.
 *
 * @throws HarnessError `server` with its last output if it does not start.
 */
export async function startContainerRedis(
  scope: RunScope,
  image: string,
  logPath: string,
  signal: AbortSignal,
): Promise<ContainerRedis> {
  const log = openProcessLog(logPath);
  const ready = Promise.withResolvers<void>();
  let said = '';
  const live = await startContainer(scope, {
    name: 'store',
    part: 'store',
    image,
    command,
    env: {},
    onOutput(chunk) {
      writeSync(log.fd, chunk);
      said = (said + chunk).slice(-4096);
      if (said.includes('Ready to accept connections')) ready.resolve();
    },
  });
  const gone = live.ended.then(() => log.close());
  const end = async () => {
    // It has nothing to save. One that has ended by now is what was wanted.
    await live.container.kill({ signal: 'SIGKILL' }).catch(() => {});
    await gone;
  };
  const fail = (why: string) =>
    ready.reject(new HarnessError('server', `the Redis of the run ${why}. Its last output:\n${said.trim()}`));
  void live.ended.then(({ exitCode }) => fail(`ended (exit code ${exitCode})`));
  const timer = setTimeout(() => fail(`was not ready within ${readyTimeoutMs / 1000} s`), readyTimeoutMs);
  signal.addEventListener('abort', () => fail('was not waited for'), { once: true });
  try {
    await ready.promise;
  } catch (error) {
    await end();
    throw error;
  } finally {
    clearTimeout(timer);
  }
  const address = { host: live.address, port, username: undefined, password: undefined, db: 0 };
  return { address, [Symbol.asyncDispose]: end };
}
