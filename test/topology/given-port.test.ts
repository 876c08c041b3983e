import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import { freePort } from '../../src/topology/free-port.ts';
import { processProvisioner } from '../../src/topology/index.ts';
import { isRunning } from './fixtures/processes.ts';
import { fixtureSpec, recordedEvents, recordedGuard } from './fixtures/recording.ts';

const fixture = fileURLToPath(new URL('../foreign/servers/fixture.mjs', import.meta.url));
const never = new AbortController().signal;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'windtunnel-topology-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function provisioned(ports: readonly number[]) {
  const left = [...ports];
  const events = recordedEvents();
  const choosePort = async () => left.shift() ?? freePort();
  const deps = { clock: systemClock(), events, guard: recordedGuard(), choosePort };
  return { events, left, provisioner: processProvisioner(deps) };
}

const spec = (changes: Parameters<typeof fixtureSpec>[3] = {}) =>
  fixtureSpec(folder, 'r1', 1, {
    command: [process.execPath, fixture, '${port}'],
    mayFork: true,
    ...changes,
  });

describe('a replica that is told its port', () => {
  test('has it in its arguments or its environment', async () => {
    const [one, other] = [await freePort(), await freePort()];
    const { provisioner } = provisioned([one, other]);
    await using all = provisioner;
    const byArgument = await all.start(spec(), never);
    expect(byArgument.url).toBe(`http://127.0.0.1:${one}/mcp`);
    const byVariable = spec({ command: [process.execPath, fixture], env: { PORT: '${port}' } });
    expect((await all.start(byVariable, never)).url).toBe(`http://127.0.0.1:${other}/mcp`);
  });

  test('is started on another where that was taken meanwhile, of which the record knows nothing', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { provisioner, events, left } = provisioned([port]);
    await using all = provisioner;
    const replica = await all.start(spec(), never);
    expect(left).toEqual([]);
    expect(replica.url).not.toContain(`:${port}/`);
    expect(events.of('r1')).toEqual([
      'replica-ordered 1',
      'replica-started 1',
      'replica-listening 1',
      'replica-ready 1',
    ]);
    taken.close();
  });

  test.runIf(process.platform === 'linux')('is not taken for who was there before it', async () => {
    const { provisioner } = provisioned([]);
    await using all = provisioner;
    const first = await all.start(spec({ env: { PORT: '0' }, command: [process.execPath, fixture] }), never);
    const { port } = new URL(first.url);
    // It says where it would listen, and finds only then that it cannot; the other answers all the while.
    const script = `console.log('listening on port ${port}'); setInterval(() => {}, 1000)`;
    const refused = all.start(spec({ replica: 'r2', command: [process.execPath, '-e', script] }), never);
    await expect(refused).rejects.toMatchObject({
      code: 'usage',
      message: `r2 says that it listens on port ${port}, where another (node, process ${first.pid}) has listened since before it was started`,
      hint: expect.stringContaining('Write ${port} in place of a fixed port'),
    });
  });

  test('of its own choice cannot be that of another', async () => {
    const { provisioner } = provisioned([]);
    await using all = provisioner;
    const port = String(await freePort());
    const fixed = (replica: string) => spec({ replica, command: [process.execPath, fixture, port] });
    expect((await all.start(fixed('r1'), never)).url).toBe(`http://127.0.0.1:${port}/mcp`);
    // Whichever is seen first: what it says of its port, or that it has ended.
    await expect(all.start(fixed('r2'), never)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/EADDRINUSE|has listened since before it was started/),
      hint: expect.stringContaining('Write ${port} in place of a fixed port'),
    });
  });

  test('takes what it started with it, in its group or out of it', async () => {
    const { provisioner } = provisioned([]);
    const replica = await provisioner.start(spec({ env: { MODE: 'forks' } }), never);
    replica.signal('SIGTERM');
    const { lastOutput } = await replica.exited;
    const children = [...lastOutput.matchAll(/child (\d+)/g)].map(([, pid]) => Number(pid));
    expect(children).toHaveLength(2);
    expect(children.filter(isRunning)).toEqual([]);
    await provisioner[Symbol.asyncDispose]();
  });
});
