import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startEmbeddedBalancer } from '../src/topology/index.ts';

/** The processes of the balancer's benchmark. Each ends when it is disposed. */
export interface Part extends AsyncDisposable {
  url: string;
  /** Those whose CPU time counts. */
  pids: readonly number[];
}

export async function upstream(entry: string): Promise<Part> {
  const path = fileURLToPath(new URL(entry, import.meta.url));
  const child = spawn(process.execPath, [path], { stdio: ['pipe', 'pipe', 'inherit'] });
  let output = '';
  for await (const chunk of child.stdout) {
    output += chunk;
    const url = /http:\/\/\S+(?=\s)/.exec(output)?.[0];
    if (url !== undefined) return { url, ...part(child) };
  }
  throw new Error(`${entry} ended without an address: ${output}`);
}

/** The balancer as a run starts it: it records every request. */
export async function embedded(upstreamUrl: string, folder: string): Promise<Part> {
  const pids: number[] = [];
  const balancer = await startEmbeddedBalancer(
    {
      routing: 'session-affinity',
      path: '/mcp',
      eventsPath: join(folder, 'events.ndjson'),
      epochUs: 0,
      guard: { protect: (pid) => pids.push(pid), release: () => {} },
    },
    new AbortController().signal,
  );
  await balancer.add('r1', upstreamUrl);
  return {
    url: balancer.entryUrl,
    pids,
    [Symbol.asyncDispose]: () => balancer[Symbol.asyncDispose](),
  };
}

/** One worker that keeps its connections on both sides and writes no log. */
export async function nginx(upstreamUrl: string, folder: string): Promise<Part> {
  const port = await freePort();
  const config = `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr error;
events { worker_connections 8192; }
http {
  access_log off; client_body_temp_path ${folder}/bodies; proxy_temp_path ${folder}/answers;
  fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  upstream replicas { server ${new URL(upstreamUrl).host}; keepalive 1024; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port} backlog=4096; keepalive_requests 1000000000;
    location / {
      proxy_pass http://replicas; proxy_http_version 1.1;
      proxy_set_header Connection ""; proxy_set_header Host $http_host;
    }
  }
}`;
  const path = join(folder, 'nginx.conf');
  await writeFile(path, config);
  const child = spawn('nginx', ['-c', path, '-p', folder], { stdio: ['pipe', 'inherit', 'inherit'] });
  await once(child, 'spawn');
  const url = `http://127.0.0.1:${port}/mcp`;
  await reachable(url);
  const { pid, ...rest } = { pid: child.pid ?? 0, ...part(child) };
  const workers = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).map(Number);
  return { url, ...rest, pids: [pid, ...workers] };
}

function part(child: ChildProcess): Omit<Part, 'url'> {
  const gone = once(child, 'close');
  return {
    pids: [child.pid ?? 0],
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await gone;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function reachable(url: string): Promise<void> {
  for (let look = 0; look < 200; look++) {
    const isThere = await fetch(url, { method: 'POST', body: '{}' }).then(
      () => true,
      () => false,
    );
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nothing answers at ${url}`);
}

/** User and system time of the processes, in microseconds, as Linux counts it; null elsewhere. */
export function cpuUs(pids: readonly number[]): number | null {
  try {
    let ticks = 0;
    for (const pid of pids) {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      ticks += Number(fields[11]) + Number(fields[12]);
    }
    return ticks * 10_000;
  } catch {
    return null;
  }
}

export interface Driven {
  requests: number;
  perSecond: number;
  failed: number;
}

export interface Load {
  connections: number;
  seconds: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

const autocannonPath = fileURLToPath(import.meta.resolve('autocannon'));

/** Drives a url with autocannon in a process of its own. */
export async function drive(url: string, load: Load): Promise<Driven> {
  const { connections, seconds, headers, body } = load;
  const args = ['-j', '-n', '-m', 'POST', '-c', `${connections}`, '-d', `${seconds}`, '-b', body];
  for (const [name, value] of Object.entries(headers)) args.push('-H', `${name}=${value}`);
  const { stdout } = await promisify(execFile)(process.execPath, [autocannonPath, ...args, url], {
    maxBuffer: 16 * 1024 * 1024,
  });
  const result = JSON.parse(stdout) as AutocannonResult;
  const requests = result.requests.total;
  return {
    requests,
    perSecond: requests / result.duration,
    failed: result.errors + result.timeouts + result.non2xx,
  };
}

interface AutocannonResult {
  requests: { total: number };
  /** Seconds. */
  duration: number;
  errors: number;
  timeouts: number;
  non2xx: number;
}
