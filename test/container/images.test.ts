import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Folder, temporaryFolder } from '../support/cli.ts';
import { eventsOf } from '../support/fakes.ts';
import { containerEngine, need } from '../support/requirements.ts';
import { docker, eventsIn, leftOf, outOf, resultsIn, runInContainers } from './support.ts';

/** Images of somebody else, in whatever way they are wrong. */

const engine = await containerEngine();
const repository = `windtunnel-test-${process.pid}`;
const made: string[] = [];

/** An image of Node that runs a script. */
async function imageOf(tag: string, script: string): Promise<string> {
  const api = await docker();
  const base = process.env.WINDTUNNEL_BASE_IMAGE || 'mcp-windtunnel-base';
  const container = await api.createContainer({ Image: base, Cmd: ['node'] });
  await container.commit({ repo: repository, tag, changes: `CMD ${JSON.stringify(['node', '-e', script])}` });
  await container.remove();
  made.push(`${repository}:${tag}`);
  return `${repository}:${tag}`;
}

/**
 * The least of a server that answers `initialize`, and has one tool. It is well when it is asked for the third time, and
 * keeps a ledger if it is told to.
 */
const server = (version: string) => `
let asked = 0;
const ledger = (windtunnel, params) => process.env.LEDGER && process.stdout.write(
  JSON.stringify({ windtunnel, opId: params._meta['io.mcp-windtunnel/opId'], tool: params.name }) + '\\n');
require('http').createServer((req, res) => {
  if (req.url === '/healthz') return res.writeHead(++asked > 2 ? 200 : 503).end();
  if (req.url !== '/mcp') return res.writeHead(404).end();
  let body = '';
  req.on('data', (chunk) => (body += chunk)).on('end', () => {
    const { id, method, params } = body === '' ? {} : JSON.parse(body);
    if (method === 'tools/call') {
      ledger('begin', params);
      if (process.env.LEDGER) process.stderr.write('half a line');
      ledger('commit', params);
    }
    if (id === undefined) return res.writeHead(202).end();
    const result = method === 'initialize'
      ? { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'x', version: '${version}' } }
      : method === 'tools/list'
      ? { tools: [{ name: 'greet', inputSchema: { type: 'object' } }] }
      : { content: [{ type: 'text', text: process.env.GREETING ?? '' }] };
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ jsonrpc: '2.0', id, result }));
  });
}).listen(process.env.PORT, () => console.log('version ${version}, ' + process.env.GREETING));
process.on('SIGTERM', () => process.exit(0));`;

const scenario = (faults = 'faults: []') => `name: calls
question: Does it answer?
description: One call after the other.
duration: 3s
workload:
  sessions: 4
  rate: 20/s
  arrivals: { over: 10% }
  journey:
    - repeat: fill
      steps:
        - { call: greet, arguments: {} }
${faults}
expect: {}
`;

const plain = 'ready: { within: 3s }, env: { GREETING: "port ${port}" }';

function deploymentOf(folder: Folder, name: string, image: string, keys = plain, more = ''): string {
  const path = join(folder.path, `${name}.yaml`);
  const text = `name: ${name}
description: An image of somebody else
server: { image: "${image}", port: 3000, ${keys} }
routing: round-robin
replicas: 2
${more}`;
  writeFileSync(path, text);
  return path;
}

function files(folder: Folder, image: string, more = '', faults?: string, keys = plain): string[] {
  const deployment = deploymentOf(folder, 'mine', image, keys, more);
  const path = join(folder.path, 'calls.yaml');
  writeFileSync(path, scenario(faults));
  return [path, '--deployment', deployment, '--quiet'];
}

describe('an image of somebody else', () => {
  beforeAll(async () => {
    if (!engine.met) return;
    await imageOf('one', server('1'));
    await imageOf('two', server('2'));
    await imageOf('ends', "console.error('no such setting'); process.exit(3)");
    await imageOf('elsewhere', "require('http').createServer().listen(4000)");
    await imageOf('hungry', 'const all = []; for (;;) all.push(Buffer.alloc(1 << 20, 1))');
  });
  afterAll(async () => {
    const api = await docker().catch(() => undefined);
    for (const name of made) await api?.getImage(name).remove({ force: true });
  });

  it('runs behind the balancer, and a new version of it is rolled out', async ({ skip }) => {
    need(engine, skip);
    using folder = temporaryFolder();
    const faults = `faults:\n  - { at: 20%, fault: rollout, grace: 1s, image: "${repository}:two" }`;
    const { code, stderr, pid } = await runInContainers(
      files(folder, `${repository}:one`, '', faults),
      folder,
    );
    expect(code, stderr).toBe(2);
    const started = eventsIn(outOf(folder), 'mine-0').flatMap((event) =>
      event.type === 'replica-started' ? [`${event.replica} ${event.image}`] : [],
    );
    expect(started.toSorted()).toEqual([
      `r1 ${repository}:one`,
      `r1 ${repository}:two`,
      `r2 ${repository}:one`,
      `r2 ${repository}:two`,
    ]);
    const log = readFileSync(join(outOf(folder), 'runs/mine-0/logs/r1-2.log'), 'utf8');
    expect(log).toBe('version 2, port 3000\n');
    expect(resultsIn(outOf(folder)).runs[0]?.metrics.availability.numerator).toBeGreaterThan(10);
    expect(await leftOf(pid)).toEqual([]);
  }, 120_000);

  it('keeps a ledger on its output, which a kill does not shorten, and is ready by a path or by its output', async ({
    skip,
  }) => {
    need(engine, skip);
    using folder = temporaryFolder();
    const [image, env] = [`${repository}:one`, 'ledger: true, env: { LEDGER: "1" }'];
    const faults = 'faults:\n  - { at: 40%, fault: crash, replica: 1, replace: true }';
    const first = files(folder, image, '', faults, `${env}, ready: { path: /healthz }`);
    const other = deploymentOf(folder, 'other', image, `${env}, ready: { output: "^version 1, " }`);
    const both = first.map((word) => (word.endsWith('mine.yaml') ? `${word},${other}` : word));
    const { code, stderr, pid } = await runInContainers(both, folder);
    expect(code, stderr).toBeLessThan(3);
    for (const name of ['mine-0', 'other-0']) {
      const events = eventsIn(outOf(folder), name);
      const read = eventsOf(events, 'ledger-read');
      expect(read.map(({ replica, boot }) => `${replica} ${boot}`).toSorted()).toEqual([
        ...['r1 1', 'r1 2', 'r2 1'],
      ]);
      expect(read.filter(({ unreadable, torn, failure }) => unreadable > 0 || torn || failure)).toEqual([]);
      const ledger = readFileSync(join(outOf(folder), 'runs', name, 'ledger.ndjson'), 'utf8');
      const commits = ledger.split('\n').filter((line) => line.includes('"commit"'));
      const ok = eventsOf(events, 'operation').filter(({ outcome }) => outcome === 'ok');
      const times = ok.map(({ opId }) => commits.filter((line) => line.includes(`"${opId}"`)).length);
      expect(times.length).toBeGreaterThan(10);
      expect(new Set(times)).toEqual(new Set([1]));
    }
    const { metrics } = resultsIn(outOf(folder)).runs[0] ?? {};
    expect(metrics?.duplicate_execution).toMatchObject({ numerator: 0 });
    expect(await leftOf(pid)).toEqual([]);
  }, 120_000);

  it('runs out of memory, and another container takes its place', async ({ skip }) => {
    need(engine, skip);
    using folder = temporaryFolder();
    const faults = 'faults:\n  - { at: 40%, fault: out-of-memory, replica: 1 }';
    const args = files(folder, `${repository}:one`, '', faults);
    const { code, stderr, pid } = await runInContainers(args, folder);
    expect(code, stderr).toBeLessThan(3);
    const events = eventsIn(outOf(folder), 'mine-0');
    expect(eventsOf(events, 'fault-ended')).toHaveLength(1);
    expect(eventsOf(events, 'fault-ended')[0]?.error).toBeUndefined();
    expect(eventsOf(events, 'replica-exited')[0]).toMatchObject({ replica: 'r1', boot: 1, oomKilled: true });
    expect(eventsOf(events, 'replica-ready').map(({ replica, boot }) => `${replica} ${boot}`)).toContain(
      'r1 2',
    );
    expect(await leftOf(pid)).toEqual([]);
  }, 120_000);

  const wrong: [string, string, number, RegExp, string, string?][] = [
    [
      'does not exist',
      'localhost:1/none',
      64,
      /mine: the image localhost:1\/none is not there and cannot be pulled/,
      '',
    ],
    [
      'exits at once',
      `${repository}:ends`,
      70,
      /ended before it was ready \(exit code 3\).*no such setting/s,
      '',
    ],
    [
      'listens on another port',
      `${repository}:elsewhere`,
      70,
      /It listens on port 4000. It must listen on port 3000/,
      '',
    ],
    [
      'runs out of memory',
      `${repository}:hungry`,
      70,
      /ended before it was ready \(out of memory\).*Raise `limits.memory`/s,
      'limits: { memory: 100MB }\n',
    ],
    [
      'is never well',
      `${repository}:one`,
      70,
      /was not ready within 4 s: http:.*: GET \/health is answered with 404/,
      '',
      'ready: { path: /health, within: 4s }',
    ],
    [
      'never says what is waited for',
      `${repository}:one`,
      70,
      /was not ready within 1 s: http:.*: nothing it wrote matches \/\^ready\//,
      '',
      'ready: { output: "^ready", within: 1s }',
    ],
  ];
  it.concurrent.for(wrong)(
    'that %s: it is said, and nothing is left',
    { timeout: 120_000 },
    async ([, image, code, message, more, keys], { skip }) => {
      need(engine, skip);
      using folder = temporaryFolder();
      const { pid, ...ended } = await runInContainers(files(folder, image, more, undefined, keys), folder);
      expect(ended.stderr).toMatch(message);
      expect(ended.code).toBe(code);
      expect(await leftOf(pid)).toEqual([]);
    },
  );
});
