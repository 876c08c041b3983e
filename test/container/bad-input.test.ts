import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/cli.ts';
import { containerEngine, need } from '../support/requirements.ts';
import { leftOf, runInContainers, small } from './support.ts';

const engine = await containerEngine();
const args = ['steady', '--deployment', 'stateless', ...small];

describe('before anything is started, it is said in one message what is wrong with the engine', () => {
  const told = async (env: Record<string, string>) => {
    using folder = temporaryFolder();
    const { code, stdout, stderr, pid } = await runInContainers(args, folder, env);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    return { stderr, pid };
  };

  it('DOCKER_HOST names none that answers', async () => {
    const { stderr } = await told({ DOCKER_HOST: 'unix:///nonexistent/docker.sock' });
    expect(stderr).toContain('does not answer at DOCKER_HOST=unix:///nonexistent/docker.sock (ENOENT)');
    expect(stderr).toContain('Start it');
  });

  it('DOCKER_HOST is no address', async () => {
    expect((await told({ DOCKER_HOST: 'nonsense' })).stderr).toContain(
      'It is unix:///path/docker.sock or tcp://host:port.',
    );
  });

  it('what answers there is no engine, and the usual one is not taken instead', async () => {
    const server = createServer((_req, res) => res.writeHead(500).end('{}')).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const { stderr } = await told({ DOCKER_HOST: `tcp://127.0.0.1:${port}` });
    server.close();
    expect(stderr).toMatch(/does not answer as Docker/);
  });

  it('the base of the image is not there', async ({ skip }) => {
    need(engine, skip);
    const { stderr, pid } = await told({ WINDTUNNEL_BASE_IMAGE: 'localhost:1/no-such-image' });
    expect(stderr).toContain('localhost:1/no-such-image, is not there and cannot be pulled');
    expect(stderr).toContain('infra/images/make-image.sh mcp-windtunnel-base');
    expect(await leftOf(pid)).toEqual([]);
  });

  it('a Redis on the machine cannot be reached from a container', async () => {
    using folder = temporaryFolder();
    const redis = ['--store', 'redis', '--redis-url', 'redis://127.0.0.1:1'];
    const { code, stderr } = await runInContainers([...args, ...redis], folder);
    expect(code).toBe(64);
    expect(stderr).toContain('--redis-url cannot be used with --backend container');
  });
});
