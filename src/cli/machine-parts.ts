import { existsSync, mkdtempSync, readFileSync, rmdirSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { createServer } from 'node:net';
import { availableParallelism, freemem, tmpdir, totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { HarnessError, messageOf } from '../core/index.ts';
import { askProgram } from './ask-program.ts';

/** One part of the machine that windtunnel can use. */
export interface MachinePart {
  name: string;
  /** `limited`: there, but less than one would wish. */
  state: 'ok' | 'limited' | 'missing';
  /** Without it the main job (`windtunnel run`, as `npm start` does it) cannot run. */
  required: boolean;
  /** What was found. */
  found: string;
  /** What its lack costs; absent if the part is `ok`. */
  costs?: string;
}

const gibibyte = 2 ** 30;

/** What this machine offers, each part really tried. Takes as long as the slowest program, at most 3 s. */
export async function machineParts(): Promise<MachinePart[]> {
  const [ports, ...programs] = await Promise.all([loopbackPorts(), ...programParts.map(program)]);
  const reports = resolve('reports');
  return [
    // The entry has refused an older one already.
    { name: 'Node', state: 'ok', required: true, found: process.version },
    coresAndMemory(),
    fileDescriptors(),
    folder('reports folder', reports, nearest(reports), 'give `run` another with --out'),
    folder('temporary folder', tmpdir(), tmpdir(), 'nothing can be started; set TMPDIR to another'),
    ports,
    sqlite(),
    await containerEngine(),
    ...programs,
  ];
}

function coresAndMemory(): MachinePart {
  const cores = availableParallelism();
  const [free, total] = [freemem(), totalmem()].map((bytes) => (bytes / gibibyte).toFixed(1));
  const part = {
    name: 'cores, memory',
    required: false,
    found: `${cores} ${cores === 1 ? 'core' : 'cores'}, ${total} GiB of memory (${free} free)`,
  };
  if (cores < 2) {
    const costs = 'load generator and servers share one core: at high rates verdicts will be `unknown`';
    return { ...part, state: 'limited', costs };
  }
  if (freemem() < gibibyte) {
    return { ...part, state: 'limited', costs: 'each replica takes about 100 MB: keep --replicas low' };
  }
  return { ...part, state: 'ok' };
}

/** Each concurrent session takes one in the generator and two in the balancer. */
function fileDescriptors(): MachinePart {
  const name = 'file descriptors';
  const limit = openFilesMax();
  if (limit === undefined) return { name, state: 'ok', required: false, found: 'limit not known here' };
  const part = { name, required: false, found: `${limit} per process` };
  if (limit >= 4096) return { ...part, state: 'ok' };
  const costs = `no more than about ${Math.floor(limit / 3)} sessions at once; raise it with \`ulimit -n 65536\``;
  return { ...part, state: 'limited', costs };
}

/** Node has raised its soft limit to the hard one by now, and the processes it starts inherit that. */
function openFilesMax(): number | undefined {
  try {
    const soft = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === undefined || soft === 'unlimited' ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}

/** Tries to make a folder below `parent`. */
function folder(name: string, path: string, parent: string, costs: string): MachinePart {
  try {
    rmdirSync(mkdtempSync(join(parent, '.windtunnel-doctor-')));
    return { name, state: 'ok', required: true, found: path };
  } catch (error) {
    const why = messageOf(error).replace(/,? (mkdtemp|rmdir) .*/s, '');
    return { name, state: 'missing', required: true, found: `${path} cannot be written: ${why}`, costs };
  }
}

/** The path itself, or the closest folder above it that is there. */
function nearest(path: string): string {
  return existsSync(path) || path === dirname(path) ? path : nearest(dirname(path));
}

function loopbackPorts(): Promise<MachinePart> {
  const part = { name: 'loopback ports', required: true };
  return new Promise((done) => {
    const server = createServer();
    server.once('error', (error) => {
      const costs = 'replicas and balancer have no address to listen on';
      done({ ...part, state: 'missing', found: messageOf(error), costs });
    });
    server.listen(0, '127.0.0.1', () => {
      server.close(() => done({ ...part, state: 'ok', found: 'free ports on 127.0.0.1' }));
    });
  });
}

function sqlite(): MachinePart {
  const part = { name: 'SQLite', required: true };
  if (isBuiltin('node:sqlite')) return { ...part, state: 'ok', found: 'part of this Node' };
  const costs = 'no deployment with a shared store, `stateless` among them';
  return { ...part, state: 'missing', found: 'not part of this Node', costs };
}

/** The engine that `--backend container` would use. */
async function containerEngine(): Promise<MachinePart> {
  const part = { name: 'container engine', required: false };
  const { findEngine } = await import('../topology/container/index.ts');
  try {
    const { name, version } = (await findEngine()).facts;
    return { ...part, state: 'ok', found: `${name} ${version}` };
  } catch (error) {
    const advice = error instanceof HarnessError && error.hint ? `. ${error.hint.replace(/\.$/, '')}` : '';
    const costs = `no --backend container${advice}`;
    return { ...part, state: 'missing', found: messageOf(error), costs };
  }
}

interface ProgramPart {
  name: string;
  /** Asked one after the other until one is found. */
  questions: readonly (readonly [command: string, ...args: string[]])[];
  costs: string;
}

const programParts: readonly ProgramPart[] = [
  {
    name: 'Redis',
    questions: [['redis-server', '--version']],
    costs: 'with `--store redis` a server has to be named with --redis-url',
  },
  {
    name: 'nginx',
    questions: [['nginx', '-v']],
    costs: 'the embedded balancer cannot be compared with it',
  },
  {
    name: 'HAProxy',
    questions: [['haproxy', '-v']],
    costs: 'nothing yet: runs are balanced by the embedded balancer',
  },
  {
    name: 'Chromium',
    questions: [
      [process.env.CHROMIUM_PATH || 'chromium', '--version'],
      ['chromium-browser', '--version'],
      ['google-chrome', '--version'],
    ],
    costs: "nothing for runs, whose reports open in any browser; the report's own tests are skipped",
  },
];

async function program({ name, questions, costs }: ProgramPart): Promise<MachinePart> {
  const problems: string[] = [];
  for (const [command, ...args] of questions) {
    const answer = await askProgram(command, args);
    if (answer.found) return { name, state: 'ok', required: false, found: answer.version };
    if (!answer.absent) problems.push(`${command} ${answer.why}`.replace(/[.!?]+$/, ''));
  }
  return { name, state: 'missing', required: false, found: problems[0] ?? 'not found', costs };
}
