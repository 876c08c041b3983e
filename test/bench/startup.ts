import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Clock, systemClock } from '../../src/core/index.ts';
import {
  baseImageChoice,
  chooseImage,
  containerProvisioner,
  findEngine,
  handOver,
  openRunScope,
  type ProgramImage,
  programImage,
  type RunScope,
  startContainerBalancer,
} from '../../src/topology/container/index.ts';
import { labels } from '../../src/topology/container/labels.ts';
import { type Provisioner, type ReplicaSpec, startWarden } from '../../src/topology/index.ts';
import { root } from '../support/plan.ts';
import { median, type Row } from './rows.ts';

const port = 8080;
/** Each of one replica and of five, in turn. */
const rounds = 7;

/**
 * How long replicas in containers take to start. The time of one: a single replica is asked for, and nothing else is
 * under way, until it has answered an MCP request. The time of five: five are asked for at once, until the last of them
 * has. Image, network and balancer are there by then.
 */
export async function benchStartup(folder: string): Promise<Row[]> {
  await using warden = await startWarden();
  await using scope = await openRunScope(await findEngine(), warden);
  const baseImage = await chooseImage(scope.engine.docker, baseImageChoice, tell);
  const files = { packageRoot: root, programs: '' };
  const image = await programImage(scope.engine, files, { folder, owner: scope.owner, baseImage, tell });
  const clock = systemClock();
  await using started = await provisioner(scope, image, folder, clock);
  const [one, five]: [Taken[], Taken[]] = [[], []];
  // The first start reads everything from the disk, and so counts for nothing.
  await start(started, 1, 1);
  for (let round = 1; round <= rounds; round++) {
    one.push(await start(started, 1, 2 * round));
    five.push(await start(started, 5, 2 * round + 1));
  }
  const of = (taken: Taken[], key: keyof Taken) => median(taken.map((each) => each[key]));
  const oneMs = of(one, 'ms');
  return [
    {
      id: 'container-start',
      what: 'five replicas in containers, started at once, ÷ one: time until all have answered',
      value: of(five, 'ms') / oneMs,
      unit: '×',
      bound: { atMost: 2 },
      details: {
        'one, ms': oneMs,
        'five, ms': of(five, 'ms'),
        'CPU of one, ms': of(one, 'cpuMs'),
        'CPU of five, ms': of(five, 'cpuMs'),
        cores: availableParallelism(),
        'the least that CPU allows, ×': of(five, 'cpuMs') / availableParallelism() / oneMs,
      },
    },
  ];
}

const tell = (what: string) => void process.stderr.write(`${what}\n`);

interface Taken {
  ms: number;
  /** Of the whole machine, the engine's among it. */
  cpuMs: number;
}

interface Started extends AsyncDisposable {
  start: Provisioner['start'];
  specOf(replica: string, boot: number): ReplicaSpec;
  /** Resolves when the engine is done with all replicas there were. */
  cleared(): Promise<void>;
}

async function start({ start, specOf, cleared }: Started, count: number, boot: number): Promise<Taken> {
  const signal = new AbortController().signal;
  const [beganMs, beganCpuMs] = [performance.now(), busyMs()];
  const replicas = await Promise.all(
    Array.from({ length: count }, (_, i) => start(specOf(`r${i + 1}`, boot), signal)),
  );
  const taken = { ms: performance.now() - beganMs, cpuMs: busyMs() - beganCpuMs };
  for (const replica of replicas) await replica.signal('SIGKILL');
  for (const replica of replicas) await replica.exited;
  await cleared();
  return taken;
}

async function provisioner(
  scope: RunScope,
  image: ProgramImage,
  folder: string,
  clock: Clock,
): Promise<Started> {
  const file = (name: string) => {
    writeFileSync(join(folder, name), '');
    return handOver(join(folder, name), scope.engine);
  };
  const balancer = await startContainerBalancer(
    {
      ...{ scope, image, program: 'src/topology/balancer/main.ts', routing: 'round-robin', path: '/mcp' },
      ...{ eventsPath: file('events.ndjson'), epochUs: clock.epochUs },
    },
    new AbortController().signal,
  );
  const ledger = '/record/ledger.ndjson';
  const replicas = containerProvisioner({
    ...{ scope, clock, image: image.name, nodeImage: image.name, isForeign: false, port, limits: {} },
    events: { write: () => {}, flush: () => {}, close: () => {} },
    balancer: Promise.resolve(balancer),
    mounts: [{ from: file('ledger.ndjson'), to: ledger }],
  });
  return {
    start: (spec, signal) => replicas.start(spec, signal),
    specOf: (replica, boot) => ({
      ...{ replica, boot, path: '/mcp', protocol: '2025-11-25', readyTimeoutMs: 60_000 },
      command: ['node', image.pathOf('infra/servers/stateful-v2.ts')],
      env: {
        WINDTUNNEL_REPLICA: replica,
        WINDTUNNEL_BOOT: String(boot),
        WINDTUNNEL_LEDGER: ledger,
        WINDTUNNEL_EPOCH_US: String(clock.epochUs),
        WINDTUNNEL_LIFELINE: 'stdin',
        WINDTUNNEL_STORE: 'memory',
      },
      logPath: join(folder, `${replica}-${boot}.log`),
    }),
    async cleared() {
      const filters = { label: [`${labels.run}=${scope.id}`, `${labels.part}=replica`] };
      while ((await scope.engine.docker.listContainers({ all: true, filters })).length > 0) await sleep(50);
    },
    async [Symbol.asyncDispose]() {
      await replicas[Symbol.asyncDispose]();
      await balancer[Symbol.asyncDispose]();
    },
  };
}

/** CPU time that the machine has spent since its boot, all of it but what was idle or waited (proc(5), /proc/stat). */
function busyMs(): number {
  const line = readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '';
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = line.split(/\s+/).slice(1).map(Number);
  return (user + nice + system + irq + softirq) * 10;
}
