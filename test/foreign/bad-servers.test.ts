import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { cli, processesWith, temporaryFolder } from '../support/cli.ts';

/** A user's mistake with a server of their own is one message before anything starts, and leaves nothing behind. */

const fixture = fileURLToPath(new URL('./servers/fixture.mjs', import.meta.url));
const scenario = fileURLToPath(new URL('./echo.yaml', import.meta.url));
const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());
// Most of them do nothing but wait until a server should have been ready.
vi.setConfig({ maxConcurrency: 4 });

interface Case {
  server: Record<string, unknown>;
  rest?: string;
  args?: string[];
}

/** @returns what the command line says of a deployment with that server. */
async function said({ server, rest = '', args = [] }: Case, name: string) {
  const path = join(folder.path, `${name}.yaml`);
  writeFileSync(path, `name: mine\ndescription: d\nserver: ${JSON.stringify(server)}\n${rest}`);
  // No path begins another's: it is what the processes of a run are found by.
  const out = join(folder.path, name, 'experiment');
  const all = ['run', args[0]?.startsWith('-') || args.length === 0 ? scenario : '', ...args].filter(Boolean);
  const { code, stderr } = await cli([...all, '--deployment', path, '--out', out]);
  // Nothing of it is left: the mark that every process inherits holds the folder.
  expect(processesWith(out)).toEqual([]);
  return { code, stderr };
}

const command = (env: Record<string, string>, within = '10s') => ({
  command: [process.execPath, fixture, '${port}'],
  env,
  ready: { within },
});

/** It speaks as a mail server does: first, and no HTTP. */
const greets =
  "require('net').createServer((s) => s.on('error', () => {}).end('220 ready\\r\\n')).listen(process.argv[1], '127.0.0.1')";

describe.concurrent('a command that cannot be used', () => {
  it.each<[string, Case, number, RegExp]>([
    [
      'no-program',
      { server: { command: ['no-such-server'] } },
      70,
      /mine cannot be started: there is no program no-such-server/,
    ],
    [
      'no-folder',
      { server: { command: ['x'], cwd: 'nowhere' } },
      64,
      /mine: there is no folder \S+nowhere to run/,
    ],
    [
      'exits',
      { server: command({ MODE: 'exits' }) },
      70,
      /ended before it was ready \(exit code 3\).*no configuration/s,
    ],
    ['image', { server: { image: 'x', port: 1 } }, 64, /--backend container/],
    ['website', { server: command({ MODE: 'website' }, '5s') }, 70, /it answered 404 <h1>Not Found/],
    ['path', { server: { ...command({}, '5s'), path: '/api' } }, 70, /it answered 404/],
    ['sse', { server: command({ MODE: 'sse' }, '5s') }, 70, /speaks HTTP\+SSE of 2024-11-05/],
    [
      'stdio',
      { server: { ...command({ MODE: 'stdio' }, '5s') } },
      70,
      /speaks MCP over standard input and output only/,
    ],
    [
      'elsewhere',
      { server: command({ MODE: 'elsewhere' }, '5s') },
      70,
      /nothing listens on port \d+, which it was given; it has announced http/,
    ],
    ['not-spoken', { server: { ...command({}, '5s'), protocol: '2026-07-28' } }, 70, /it answered 404/],
    [
      'too-old',
      { server: command({ FIXTURE_VERSION: '2024-11-05' }) },
      70,
      /it answers initialize with "2024-11-05"; spoken here: 2026-07-28, 2025-11-25, 2025-06-18, 2025-03-26/,
    ],
    [
      'no-http',
      { server: { command: [process.execPath, '-e', greets, '${port}'], ready: { within: '5s' } } },
      70,
      /mine \(boot 1\) was not ready within 5 s: http:\/\/127\.0\.0\.1:\d+\/mcp: .*(Parse Error|socket hang up)/,
    ],
    [
      'no-secret',
      { server: { ...command({}), headers: { Authorization: 'Bearer ${env:NOT_SET_HERE}' } } },
      64,
      /NOT_SET_HERE is not set/,
    ],
    ['not-allowed', { server: command({ FIXTURE_TOKEN: 'x' }, '5s') }, 70, /it answered 401/],
    [
      'no-tool',
      { server: command({}), args: ['steady'] },
      64,
      /mine has no tool basket_create, which the journey of steady calls/,
    ],
    [
      'affinity',
      { server: command({ MODE: 'modern' }), rest: 'routing: session-affinity\n' },
      64,
      /mine speaks 2026-07-28, which has no sessions/,
    ],
    [
      'task-affinity',
      { server: command({}), rest: 'routing: task-affinity\n' },
      64,
      /mine speaks 2025-11-25, which has no Mcp-Name to route by/,
    ],
  ])('%s', async (name, one, code, message) => {
    const result = await said(one, name);
    expect(result.stderr).toMatch(message);
    expect(result.code).toBe(code);
    // What is wrong, and what to do.
    expect(result.stderr).toMatch(/^windtunnel: .+\n(.*\n)* {2}\S/);
  });

  it('names the tool that was meant', async () => {
    const path = join(folder.path, 'misspelt.yaml');
    const text = `name: misspelt\nquestion: q\nworkload:\n  sessions: 2\n  rate: 5/s\n  journey: [{ call: ehco }]\n`;
    writeFileSync(path, text);
    const { stderr } = await said({ server: command({}), args: [path] }, 'misspelt-tool');
    expect(stderr).toContain(
      'mine has no tool ehco, which the journey of misspelt calls; did you mean echo?',
    );
    expect(stderr).toContain('Its tools: echo, add, fails.');
  });
});

describe.concurrent('an address that cannot be used', () => {
  it.each<[string, string, string[], number, RegExp]>([
    [
      'refused',
      'http://127.0.0.1:1/mcp',
      [],
      70,
      /mine: http:\/\/127\.0\.0\.1:1\/mcp cannot be used: .*ECONNREFUSED/,
    ],
    [
      'elsewhere-ip',
      'http://192.0.2.1/mcp',
      [],
      64,
      /192\.0\.2\.1 is not this machine.*\n.*--allow-host 192\.0\.2\.1/,
    ],
    ['no-name', 'http://nowhere.invalid/mcp', [], 64, /nowhere\.invalid has no address/],
    [
      'too-fast',
      'http://192.0.2.1/mcp',
      ['--allow-host', '192.0.2.1', '--rate', '60/s'],
      64,
      /would send up to 60 requests per second to 192\.0\.2\.1\n.*--allow-high-rate/,
    ],
    [
      'faults',
      'http://127.0.0.1:1/mcp',
      ['crash'],
      64,
      /faults\[0\]: needs a server whose process is ours, which that of mine \(url\) is not/,
    ],
  ])('%s', async (name, url, args, code, message) => {
    const result = await said({ server: { url }, args }, name);
    expect(result.stderr).toMatch(message);
    expect(result.code).toBe(code);
  });

  it('is not followed when it leads to another', async () => {
    let asked = 0;
    const elsewhere = createServer((_req, res) => {
      asked += 1;
      res.end();
    }).listen(0, '127.0.0.1');
    const redirecting = createServer((_req, res) => {
      const { port } = elsewhere.address() as AddressInfo;
      res.writeHead(307, { location: `http://127.0.0.1:${port}/mcp` }).end();
    }).listen(0, '127.0.0.1');
    await Promise.all(
      [elsewhere, redirecting].map((one) => new Promise((done) => one.once('listening', done))),
    );
    const { port } = redirecting.address() as AddressInfo;
    const { code, stderr } = await said({ server: { url: `http://127.0.0.1:${port}/mcp` } }, 'redirects');
    expect(stderr).toContain('it answered 307');
    expect({ code, asked }).toEqual({ code: 70, asked: 0 });
    elsewhere.close();
    redirecting.close();
  });
});
