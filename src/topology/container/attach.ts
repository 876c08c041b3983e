import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Duplex } from 'node:stream';
import { HarnessError } from '../../core/index.ts';
import type { Docker } from './engine.ts';

/** Where the engine's API is, as its client keeps it. */
interface ApiAddress {
  socketPath?: string;
  protocol?: string;
  host?: string;
  port?: number;
  headers?: Record<string, string>;
  ca?: string | Buffer;
  cert?: string | Buffer;
  key?: string | Buffer;
}

const query = 'stream=1&stdin=1&stdout=1&stderr=1';
/** Podman makes the whole container ready before it answers. */
const attachTimeoutMs = 30_000;
const reasonCharsMax = 2_000;

/**
 * The standard streams of a container, which closes its input when this connection goes.
 *
 * The engine's client can do that as well, but sends its options as a body, which Podman hands on to the container as
 * the first of its input, and leaves a connection open that was refused, which keeps the process from ending.
 *
 * @throws HarnessError `server` with what the engine said.
 */
export function attach(docker: Docker, id: string): Promise<Duplex> {
  const { socketPath, protocol, host, port, headers, ca, cert, key } = docker.modem as ApiAddress;
  const request = socketPath === undefined && protocol === 'https' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const outgoing = request({
      ...(socketPath === undefined ? { host, port, ca, cert, key } : { socketPath }),
      method: 'POST',
      path: `/containers/${id}/attach?${query}`,
      headers: { ...headers, Connection: 'Upgrade', Upgrade: 'tcp', 'Content-Length': '0' },
      agent: false,
    });
    outgoing.setTimeout(attachTimeoutMs, () => {
      outgoing.destroy(
        new HarnessError('server', `the container engine is silent for ${attachTimeoutMs / 1000} s`),
      );
    });
    outgoing.on('upgrade', (_response, socket, head) => {
      socket.setTimeout(0);
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    outgoing.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text = (text + chunk).slice(0, reasonCharsMax);
      });
      response.on('close', () => {
        outgoing.destroy();
        reject(new HarnessError('server', reasonIn(text) ?? `it answers ${response.statusCode}`));
      });
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

function reasonIn(answer: string): string | undefined {
  try {
    const { message } = JSON.parse(answer) as { message?: unknown };
    return typeof message === 'string' ? message.trim() : undefined;
  } catch {
    return undefined;
  }
}
