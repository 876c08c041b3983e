import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  type Clock,
  childEnd,
  HarnessError,
  interrupted,
  messageOf,
  type RedisAddress,
} from '../../core/index.ts';
import { freePort } from '../free-port.ts';
import { openProcessLog, type ProcessLog } from '../process-log.ts';
import { killGroup, protect } from '../replica-process.ts';
import type { ProcessGuard } from '../warden.ts';
import { infoField, redisErrand } from './redis-errand.ts';

/** A Redis of ours: without persistence, on a free port of the loopback, for nobody else. */
export interface RedisServer extends AsyncDisposable {
  readonly address: RedisAddress;
}

export interface RedisServerOptions {
  /** Where it runs; it must be the run's own. */
  folder: string;
  /** Its output is appended here. */
  logPath: string;
  clock: Clock;
  guard: ProcessGuard;
  /** By default one that is free at that moment. */
  choosePort?: () => Promise<number>;
}

const program = 'redis-server';
const readyTimeoutMs = 20_000;
const pollMs = 10;
/** Each is free when it is chosen; that all of them are taken in the moment after is no coincidence. */
const portsToTry = 10;

/** The version of the `redis-server` on this machine, or undefined if there is none that can be executed. */
export function installedRedisVersion(): string | undefined {
  try {
    const said = execFileSync(program, ['--version'], { encoding: 'utf8', timeout: 5_000, stdio: 'pipe' });
    return /\bv=(\S+)/.exec(said)?.[1];
  } catch {
    return undefined;
  }
}

/**
 * Resolves when it answers.
 * @throws HarnessError `server` with its last output if it does not start, `interrupted` if `signal` aborts.
 */
export async function startRedisServer(
  options: RedisServerOptions,
  signal: AbortSignal,
): Promise<RedisServer> {
  const choosePort = options.choosePort ?? freePort;
  for (let n = 0; n < portsToTry; n++) {
    const log = openProcessLog(options.logPath);
    try {
      const running = await started(await choosePort(), log, options, signal);
      if (running !== 'port taken') return running;
    } finally {
      // The process has the file itself.
      log.close();
    }
  }
  throw new HarnessError('server', `${program} found each of ${portsToTry} free ports taken by another`);
}

async function started(
  port: number,
  log: ProcessLog,
  { folder, clock, guard }: RedisServerOptions,
  signal: AbortSignal,
): Promise<RedisServer | 'port taken'> {
  const child = spawnRedis(port, folder, log.fd);
  const { gone } = childEnd(child, program, guard);
  const exited = new AbortController();
  void gone.then((how) => exited.abort(how.message));
  const address = { host: '127.0.0.1', port, username: undefined, password: undefined, db: 0 };
  const end = async () => {
    // It has nothing to save.
    if (child.pid !== undefined && !exited.signal.aborted) killGroup(child.pid, 'SIGKILL');
    await gone;
  };
  try {
    if (child.pid !== undefined) protect(child.pid, guard);
    const stop = AbortSignal.any([signal, exited.signal]);
    if (await answersAs(child.pid, address, clock, stop)) return { address, [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
  await end();
  if (signal.aborted) throw interrupted(signal);
  const output = log.end();
  if (/Address already in use/i.test(output)) return 'port taken';
  throw new HarnessError('server', `${exited.signal.reason} Its last output:\n${output}`);
}

function spawnRedis(port: number, folder: string, logFd: number): ChildProcess {
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir: folder,
    save: '',
    appendonly: 'no',
    daemonize: 'no',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  // A group of its own: Ctrl-C in the terminal is the harness's to act on.
  return spawn(program, args, { cwd: folder, detached: true, stdio: ['ignore', logFd, logFd] });
}

/** Whether it is this process that answers there: another may have got the port a moment before. */
async function answersAs(
  pid: number | undefined,
  address: RedisAddress,
  clock: Clock,
  stop: AbortSignal,
): Promise<boolean> {
  const deadlineUs = clock.nowUs() + readyTimeoutMs * 1000;
  let problem = '';
  while (!stop.aborted && clock.nowUs() < deadlineUs) {
    try {
      const info = await redisErrand(address, 1_000, (redis) => redis.info('server'));
      if (infoField(info, 'process_id') === String(pid)) return true;
      problem = 'another Redis answers on its port';
    } catch (error) {
      problem = messageOf(error);
    }
    await clock.sleepUntil(clock.nowUs() + pollMs * 1000, stop).catch(() => {});
  }
  if (stop.aborted) return false;
  throw new HarnessError('server', `${program} was not ready within ${readyTimeoutMs / 1000} s: ${problem}`);
}
