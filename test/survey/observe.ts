import { join } from 'node:path';
import { systemClock } from '../../src/core/index.ts';
import { processProvisioner, type RunningReplica, startWarden } from '../../src/topology/index.ts';
import { call, type Exchange, initialize, modern, open, post } from './http.ts';
import type { Subject } from './subjects.ts';

/** What one process of a server does, asked directly: nothing of ours is in between. */
export interface Observations {
  /** From the start of the process until it answered. */
  startMs: number;
  unknownSession: Exchange;
  drain: Drain;
  sessionless: Sessionless;
  modern: Modern;
}

export interface Drain {
  /** The call that was under way when SIGTERM came. */
  inFlight: Exchange;
  /** From the signal to the end of the process; undefined: it had to be killed. */
  endedMs: number | undefined;
  how: string;
}

export type Sessionless = 'no such mode' | { works: boolean; asked: Exchange; modern: Exchange };

export interface Modern {
  works: boolean;
  discover: Exchange;
  called: Exchange;
}

const readyTimeoutMs = 30_000;
/** As long as a rolling restart would wait at most, doubled. */
const drainTimeoutMs = 10_000;

export async function observe(subject: Subject): Promise<Observations> {
  await using starter = await starterOf(subject);
  const startedAt = performance.now();
  const first = await starter.start([]);
  const startMs = performance.now() - startedAt;
  const session = await open(first.url);
  const discover = await modern(first.url, 'server/discover', {});
  const called = await callModern(first.url, subject);
  const drain = await askDrain(first, subject);
  const second = await starter.start([]);
  // As after a restart: it is a session that this server did open.
  const unknownSession = await post(second.url, call(2, subject.quick), session);
  return {
    startMs,
    unknownSession,
    drain,
    modern: { works: called.message?.result !== undefined, discover, called },
    sessionless: await askSessionless(starter, subject),
  };
}

interface Starter extends AsyncDisposable {
  start(more: readonly string[]): Promise<RunningReplica>;
}

async function starterOf(subject: Subject): Promise<Starter> {
  const warden = await startWarden();
  const temporary = warden.temporaryFolder();
  const events = { write: () => {}, flush: () => {}, close: () => {} };
  const provisioner = processProvisioner({ clock: systemClock(), events, guard: warden });
  let boot = 0;
  return {
    start: (more) => {
      boot += 1;
      const { command, cwd, env } = subject;
      const logPath = join(temporary.path, `${boot}.log`);
      const slot = { replica: subject.name, boot, path: '/mcp', protocol: '2025-11-25' as const };
      const spec = { ...slot, command: [...command, ...more], cwd, env, logPath, readyTimeoutMs };
      return provisioner.start(spec, AbortSignal.timeout(readyTimeoutMs));
    },
    [Symbol.asyncDispose]: async () => {
      await provisioner[Symbol.asyncDispose]();
      temporary[Symbol.dispose]();
      await warden[Symbol.asyncDispose]();
    },
  };
}

function callModern(url: string, { quick }: Subject): Promise<Exchange> {
  return modern(url, 'tools/call', { name: quick.call, arguments: quick.arguments }, quick.call);
}

async function askDrain(replica: RunningReplica, { slow, quick }: Subject): Promise<Drain> {
  const session = await open(replica.url);
  const underWay = post(replica.url, call(2, slow), session);
  // What was sent after it is answered, so it has been read.
  await post(replica.url, call(3, quick), session);
  const signalledAt = performance.now();
  replica.signal('SIGTERM');
  const killer = setTimeout(() => replica.signal('SIGKILL'), drainTimeoutMs);
  const { exitCode, signal } = await replica.exited;
  clearTimeout(killer);
  const endedMs = performance.now() - signalledAt;
  const how = signal ?? `exit code ${exitCode}`;
  return { inFlight: await underWay, endedMs: signal === 'SIGKILL' ? undefined : endedMs, how };
}

async function askSessionless(starter: Starter, subject: Subject): Promise<Sessionless> {
  const { sessionless, quick } = subject;
  if (sessionless === undefined) return 'no such mode';
  const { url } = await starter.start(sessionless);
  const opened = await post(url, initialize);
  // As another replica would be asked, which has not seen the handshake.
  const asked = await post(url, call(2, quick), { 'mcp-protocol-version': '2025-11-25' });
  const isFree = opened.headers['mcp-session-id'] === undefined;
  const works = isFree && asked.message?.result !== undefined;
  return { works, asked, modern: await callModern(url, subject) };
}
