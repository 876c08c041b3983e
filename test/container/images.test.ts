import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Folder, temporaryFolder } from '../support/cli.ts';
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

/** The least of a server that answers `initialize`, and has one tool. */
const server = (version: string) => `
require('http').createServer((req, res) => {
  let body = '';
  req.on('data', (chunk) => (body += chunk)).on('end', () => {
    const { id, method } = body === '' ? {} : JSON.parse(body);
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

function files(folder: Folder, image: string, more = '', faults?: string): string[] {
  const deployment = join(folder.path, 'mine.yaml');
  const text = `name: mine
description: An image of somebody else
server: { image: "${image}", port: 3000, ready: { within: 3s }, env: { GREETING: "port \${port}" } }
routing: round-robin
replicas: 2
${more}`;
  writeFileSync(deployment, text);
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
  }, 60_000);

  const wrong: [string, string, number, RegExp, string][] = [
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
  ];
  it.for(wrong)(
    'that %s: it is said, and nothing is left',
    { timeout: 60_000 },
    async ([, image, code, message, more], { skip }) => {
      need(engine, skip);
      using folder = temporaryFolder();
      const { pid, ...ended } = await runInContainers(files(folder, image, more), folder);
      expect(ended.stderr).toMatch(message);
      expect(ended.code).toBe(code);
      expect(await leftOf(pid)).toEqual([]);
    },
  );
});
