import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmbeddedBalancer } from '../../src/topology/index.ts';
import { startChild } from './child.ts';

/** What a load can be driven at. Ends when it is disposed. */
export interface Part extends AsyncDisposable {
  url: string;
  /** The processes whose CPU time counts. */
  pids: readonly number[];
}

/** A server of `infra/servers/`, by its file. */
export async function startServer(file: string): Promise<Part> {
  const child = startChild(file);
  let url: string | undefined;
  while (url === undefined) url = /http:\/\/\S+/.exec(await child.line())?.[0];
  return {
    url,
    pids: [child.pid],
    async [Symbol.asyncDispose]() {
      process.kill(child.pid, 'SIGTERM');
      await child[Symbol.asyncDispose]();
    },
  };
}

/** The balancer as a run starts it: it records every request. */
export async function startEmbedded(upstreamUrl: string, folder: string): Promise<Part> {
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
export async function startNginx(upstreamUrl: string, folder: string): Promise<Part> {
  const port = await freePort();
  const path = join(folder, 'nginx.conf');
  await writeFile(path, nginxConfig(upstreamUrl, folder, port));
  const child = spawn('nginx', ['-c', path, '-p', folder], { stdio: ['ignore', 'inherit', 'inherit'] });
  // Rejects when there is no nginx.
  await once(child, 'spawn');
  const gone = once(child, 'close');
  const url = `http://127.0.0.1:${port}/mcp`;
  await reachable(url, child);
  const pid = child.pid ?? 0;
  const workers = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).map(Number);
  return {
    url,
    pids: [pid, ...workers],
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await gone;
    },
  };
}

function nginxConfig(upstreamUrl: string, folder: string, port: number): string {
  return `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr error;
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
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function reachable(url: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const answer = await fetch(url, { method: 'POST', body: '{}' }).catch(() => undefined);
    if (answer !== undefined) return;
    await sleep(25);
  }
  throw new Error(`nginx ended with exit code ${child.exitCode}`);
}
