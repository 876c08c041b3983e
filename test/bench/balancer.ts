import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Part, startEmbedded, startNginx, startServer } from './balancer-parts.ts';
import { cpuUsOf, startChild } from './child.ts';
import { lowRateP50Us } from './low-rate.ts';

/** The embedded balancer beside nginx with one worker, on one upstream. Rates are medians of the rounds. */
export interface BalancerBench {
  upstream: string;
  embeddedPerSecond: number;
  nginxPerSecond: number;
  /** The same load without a balancer. */
  directPerSecond: number;
  /** Embedded ÷ nginx, the median of the rounds' ratios. */
  ratio: number;
  /** CPU time of the balancer per request, in microseconds. */
  embeddedCpuUs: number;
  nginxCpuUs: number;
  /** What it adds to a single request's way, in microseconds at p50, when there is no load. */
  embeddedAddsUs: number;
  nginxAddsUs: number;
  /** Requests that did not end with a status below 300, of all. */
  failed: number;
}

export interface BalancerBenchOptions {
  rounds?: number;
  seconds?: number;
  connections?: number;
}

const upstreams = {
  trivial: './responder-main.ts',
  'stateless-v2 echo': '../../infra/servers/stateless-v2.ts',
} as const;

const headers = {
  accept: 'application/json, text/event-stream',
  'content-type': 'application/json',
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': 'tools/call',
  'mcp-name': 'echo',
  'x-windtunnel-request': 'bench-0123456789',
};
const body = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: {
    name: 'echo',
    arguments: { text: 'hello' },
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
});

export async function benchBalancer(
  name: keyof typeof upstreams,
  options: BalancerBenchOptions = {},
): Promise<BalancerBench> {
  const { rounds = 5, seconds = 3, connections = 64 } = options;
  const folder = await mkdtemp(join(tmpdir(), 'balancer-bench-'));
  try {
    await using server = await startServer(upstreams[name]);
    await using ours = await startEmbedded(server.url, folder);
    await using theirs = await startNginx(server.url, folder);
    // Until the code is compiled that is to be measured.
    for (const part of [ours, theirs, server]) await side(part, { connections, seconds: 4 });
    const measured = await measure({ ours, theirs, server }, { connections, seconds }, rounds);
    const urls = [server.url, ours.url, theirs.url];
    const [direct = 0, viaOurs = 0, viaTheirs = 0] = await lowRateP50Us(urls, headers, body, 300);
    return {
      upstream: name,
      ...measured,
      embeddedAddsUs: viaOurs - direct,
      nginxAddsUs: viaTheirs - direct,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Load {
  connections: number;
  seconds: number;
}

interface Side {
  perSecond: number;
  cpuUs: number;
  failed: number;
}

async function measure(
  parts: { ours: Part; theirs: Part; server: Part },
  load: Load,
  rounds: number,
): Promise<Omit<BalancerBench, 'upstream' | 'embeddedAddsUs' | 'nginxAddsUs'>> {
  const ours: Side[] = [];
  const theirs: Side[] = [];
  const direct: Side[] = [];
  for (let round = 0; round < rounds; round++) {
    // Each side comes first and last alike, so that a machine that slows down or speeds up favours none.
    const a = await side(parts.ours, load);
    const b = await side(parts.theirs, load);
    const c = await side(parts.theirs, load);
    const d = await side(parts.ours, load);
    ours.push(mean(a, d));
    theirs.push(mean(b, c));
    direct.push(await side(parts.server, load));
  }
  const rate = (sides: Side[]) => median(sides.map((one) => one.perSecond));
  const cpu = (sides: Side[]) => median(sides.map((one) => one.cpuUs));
  return {
    embeddedPerSecond: rate(ours),
    nginxPerSecond: rate(theirs),
    directPerSecond: rate(direct),
    ratio: median(ours.map((one, round) => one.perSecond / (theirs[round]?.perSecond ?? Number.NaN))),
    embeddedCpuUs: cpu(ours),
    nginxCpuUs: cpu(theirs),
    failed: [...ours, ...theirs, ...direct].reduce((sum, one) => sum + one.failed, 0),
  };
}

async function side(part: Part, { connections, seconds }: Load): Promise<Side> {
  const used = () => part.pids.reduce((sum, pid) => sum + cpuUsOf(pid), 0);
  const before = used();
  await using load = startChild('./autocannon-main.ts', [
    part.url,
    connections,
    seconds,
    JSON.stringify(headers),
    body,
  ]);
  const said = JSON.parse(await load.line()) as { calls: number; errors: number; perSecond: number };
  return { perSecond: said.perSecond, failed: said.errors, cpuUs: (used() - before) / said.calls };
}

function mean(a: Side, b: Side): Side {
  return {
    perSecond: (a.perSecond + b.perSecond) / 2,
    cpuUs: (a.cpuUs + b.cpuUs) / 2,
    failed: a.failed + b.failed,
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

if (import.meta.main) {
  const rounds = Number(process.argv[2] ?? 5);
  for (const name of ['trivial', 'stateless-v2 echo'] as const) {
    process.stdout.write(`${JSON.stringify(await benchBalancer(name, { rounds }))}\n`);
  }
}
