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
