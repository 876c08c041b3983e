import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, main, startProgram, temporaryFolder } from '../support/cli.ts';
import { containerEngine, executable, need, type Requirement } from '../support/requirements.ts';
import { leftOf, runInContainers, small } from './support.ts';

const engine = await containerEngine();
const args = ['steady', '--deployment', 'stateless', ...small];

/** Takes connections on a socket and never says a word. */
async function silentServer(path: string): Promise<Disposable> {
  const server = createSocketServer((socket) => socket.on('error', () => {})).listen(path);
  await new Promise((resolve) => server.once('listening', resolve));
  return { [Symbol.dispose]: () => server.close() };
}

/** Nothing is in /run, where engines have their sockets, for whatever is started so. */
const withoutSockets = [
  '/usr/bin/unshare',
  process.getuid?.() === 0 ? '-m' : '-rm',
  '/bin/sh',
  '-c',
  '/bin/mount -t tmpfs none /run && exec "$@"',
  'sh',
];

function hiddenRun(): Requirement {
  const [program = '', ...words] = [...withoutSockets, '/bin/true'];
  const { status, stderr } = spawnSync(program, words, { encoding: 'utf8' });
  return status === 0 ? { met: true } : { met: false, reason: `nothing can be mounted here: ${stderr}` };
}

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

  it('the file of its socket is there, and nobody listens', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'docker.sock');
    // It makes the socket and dies; what ends in order would remove it.
    const dies = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    await startProgram(process.execPath, ['-e', dies]).finished;
    const { stderr } = await told({ DOCKER_HOST: `unix://${path}` });
    expect(stderr).toContain(`does not answer at DOCKER_HOST=unix://${path} (ECONNREFUSED)`);
    expect(stderr).toContain('Start it');
  });

  it('its socket is not for us', async ({ skip }) => {
    const setpriv = '/usr/bin/setpriv';
    // Root is let in anywhere, but for one without that capability.
    const isRoot = process.getuid?.() === 0;
    if (isRoot) need(executable(setpriv, `no ${setpriv} (apt-get install util-linux)`), skip);
    const asNobodySpecial = isRoot ? [setpriv, '--inh-caps=-all', '--bounding-set=-all'] : [];
    using folder = temporaryFolder();
    const path = join(folder.path, 'docker.sock');
    using _ = await silentServer(path);
    chmodSync(path, 0);
    const env = { DOCKER_HOST: `unix://${path}` };
    const start = (args: readonly string[]) => {
      const [program = '', ...words] = [...asNobodySpecial, process.execPath, main, ...args];
      return startProgram(program, words, { env }).finished;
    };
    const run = ['run', ...args, '--backend', 'container', '--out', join(folder.path, 'experiment')];
    const { code, stdout, stderr } = await start(run);
    expect({ code, stdout }).toEqual({ code: 64, stdout: '' });
    expect(stderr).toContain(`you may not use the container engine at ${path} (permission denied)`);
    expect(stderr).toContain('usermod -aG docker');
    expect((await start(['doctor'])).stdout.replace(/\s+/g, ' ')).toContain('you may not use the container');
  });

  it('it takes connections and says nothing: that is waited for no longer than 5 s', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'docker.sock');
    using _ = await silentServer(path);
    const env = { DOCKER_HOST: `unix://${path}` };
    const [{ stderr }, doctor] = await Promise.all([told(env), cli(['doctor', '--json'], { env })]);
    expect(stderr).toContain(`at ${path} takes connections and has not answered in 5 s`);
    expect(stderr).toContain('Restart it');
    const { parts } = JSON.parse(doctor.stdout) as {
      parts: { name: string; found: string; costs: string }[];
    };
    const part = parts.find(({ name }) => name === 'container engine');
    expect(part?.found).toContain('has not answered in 5 s');
    expect(part?.costs).toContain('no --backend container. Restart it');
  }, 30_000);

  it('there is none: what to install, or where the one is that must be named', async ({ skip }) => {
    need(hiddenRun(), skip);
    using folder = temporaryFolder();
    const start = (words: readonly string[]) => {
      const [program = '', ...rest] = [...withoutSockets, process.execPath, main, ...words];
      const env = { DOCKER_HOST: '', PATH: folder.path, HOME: folder.path, XDG_RUNTIME_DIR: '' };
      return startProgram(program, rest, { env }).finished;
    };
    const run = ['run', ...args, '--backend', 'container', '--out', join(folder.path, 'experiment')];
    const missing = await start(run);
    expect(missing).toMatchObject({ code: 64, stdout: '' });
    expect(missing.stderr).toContain('there is no container engine on this machine\n  Install Docker');
    expect((await start(['doctor'])).stdout.replace(/\s+/g, ' ')).toContain(
      'there is no container engine on this machine. It costs: no --backend container. Install Docker',
    );
    writeFileSync(join(folder.path, 'podman'), '');
    expect((await start(run)).stderr).toContain('Run `podman system service');
    writeFileSync(join(folder.path, 'dockerd'), '');
    expect((await start(run)).stderr).toContain('does not answer at /var/run/docker.sock (ENOENT)');
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
