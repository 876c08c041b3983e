import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { attach } from '../../src/topology/container/attach.ts';
import type { Docker } from '../../src/topology/container/engine.ts';
import { temporaryFolder } from '../support/cli.ts';

/** An engine that answers whatever it is asked with one text, and is attached to by us. */
async function attached(answer: string) {
  const folder = temporaryFolder();
  const socketPath = join(folder.path, 'engine.sock');
  const accepted = Promise.withResolvers<Socket>();
  let heard = '';
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      if (heard === '') socket.write(answer);
      heard += chunk;
    });
    accepted.resolve(socket);
  }).listen(socketPath);
  await once(server, 'listening');
  const stream = attach({ modem: { socketPath } } as unknown as Docker, 'c0ffee');
  // Who looks at it first decides what is made of it.
  stream.catch(() => {});
  return {
    stream,
    engineSide: await accepted.promise,
    heard: () => heard,
    [Symbol.dispose]() {
      server.close();
      folder[Symbol.dispose]();
    },
  };
}

describe('the standard streams of a container', () => {
  it('get nothing that we have not written, and hand on what came with the answer', async () => {
    using engine = await attached(
      'HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\nearly',
    );
    const stream = await engine.stream;
    expect(String((await once(stream, 'data'))[0])).toBe('early');
    stream.write('order\n');
    await once(engine.engineSide, 'data');
    // What is behind the head of the request is the container's input.
    expect(engine.heard()).toMatch(/^POST \/containers\/c0ffee\/attach\?stream=1&stdin=1/);
    expect(engine.heard().split('\r\n\r\n')[1]).toBe('order\n');
    stream.destroy();
    await once(engine.engineSide, 'close');
  });

  it.for([
    [409, '{"message":"no such runtime"}', 'no such runtime'],
    [500, 'nonsense', 'it answers 500'],
  ] as const)('that are refused with %d leave no connection open', async ([status, body, message]) => {
    using engine = await attached(`HTTP/1.1 ${status} No\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    await expect(engine.stream).rejects.toThrow(message);
    if (!engine.engineSide.closed) await once(engine.engineSide, 'close');
  });
});
