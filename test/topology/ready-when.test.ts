import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/core/index.ts';
import { processProvisioner, type ReplicaSpec } from '../../src/topology/index.ts';
import { fixtureSpec, recordedEvents, recordedGuard } from './fixtures/recording.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'windtunnel-ready-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Knows no MCP. It is well when it is asked for the third time, and writes each question down. */
const program = `
let asked = 0;
require('http').createServer((req, res) => {
  if (req.url === '/healthz') asked += 1;
  console.log(req.method, req.url, 'is asked', req.headers['x-token'] ?? '');
  res.writeHead(req.url === '/healthz' && asked > 2 ? 204 : 503).end();
}).listen(process.argv[1], '127.0.0.1', () => console.log('all caches are warm'));`;

function start(readyWhen: ReplicaSpec['readyWhen'], readyTimeoutMs = 30_000) {
  const events = recordedEvents();
  const provisioner = processProvisioner({ clock: systemClock(), events, guard: recordedGuard() });
  const command = [process.execPath, '-e', program, '${port}'];
  const headers = { 'x-token': 'abc' };
  const spec = fixtureSpec(folder, 'r1', 1, { command, readyWhen, readyTimeoutMs, headers });
  const started = provisioner.start(spec, new AbortController().signal);
  return { events, started, provisioner, log: () => readFileSync(spec.logPath, 'utf8').split('\n') };
}

describe('a replica is ready when its deployment says so', () => {
  test('as soon as a GET of a path is answered with 2xx, and no MCP request is made', async () => {
    const { started, provisioner, events, log } = start({ path: '/healthz' });
    await using _ = provisioner;
    await started;
    const question = 'GET /healthz is asked abc';
    expect(log()).toEqual(['all caches are warm', question, question, question, '']);
    expect(events.of('r1').at(-1)).toBe('replica-ready 1');
  });

  test('never, if that path is answered with anything else: the message has the last answer', async () => {
    const { started, provisioner } = start({ path: '/health' }, 4_000);
    await using _ = provisioner;
    await expect(started).rejects.toThrow(
      /was not ready within 4 s: http:.*: GET \/health is answered with 503/,
    );
  });

  test('as soon as its output matches, and it is asked nothing', async () => {
    const { started, provisioner, log } = start({ output: '^all caches .* warm$' });
    await using _ = provisioner;
    await started;
    expect(log()).toEqual(['all caches are warm', '']);
  });

  test('never, if its output does not match', async () => {
    const { started, provisioner } = start({ output: '^caches' }, 1_500);
    await using _ = provisioner;
    await expect(started).rejects.toThrow(/nothing it wrote matches \/\^caches\//);
  });
});
