import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { scenarioFile } from '../../src/scenario/scenario-schema.ts';
import { cli, type Folder, processesWith, startCli, temporaryFolder, until } from '../support/cli.ts';
import {
  type Asked,
  type ScriptServer,
  scriptServer,
  sendJson,
  sendResult,
} from '../support/script-server.ts';

/** A server without sessions that lists what it is told to, and answers every call. */
function offering(list: (cursor: string | undefined, asked: Asked) => object): Promise<ScriptServer> {
  return scriptServer((asked, response) => {
    const { method, params } = asked.body ?? {};
    if (method === 'initialize') {
      const serverInfo = { name: 'hostile', version: '1' };
      sendResult(response, asked, { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo });
    } else if (method === 'notifications/initialized') response.writeHead(202).end();
    else if (method === 'tools/list') sendResult(response, asked, list(params?.cursor, asked));
    else if (method === 'tools/call') sendResult(response, asked, { content: [] });
    else sendJson(response, 400, { jsonrpc: '2.0', id: null, error: { code: -32601, message: 'unknown' } });
  });
}

const tool = (name: unknown, over: object = {}) => ({
  name,
  inputSchema: { type: 'object' },
  annotations: { readOnlyHint: true },
  ...over,
});

function init(server: ScriptServer, folder: Folder, ...more: string[]) {
  return cli(['init', server.url, '--out', join(folder.path, 'out'), ...more]);
}

/** The tools that the scenario calls, by the schema that the harness reads it with. */
function calledIn(folder: Folder): string[] {
  const text = readFileSync(join(folder.path, 'out', 'scenario.yaml'), 'utf8');
  const [fill] = scenarioFile.parse(parse(text)).workload.journey;
  return fill && 'steps' in fill ? fill.steps.flatMap((step) => ('call' in step ? [step.call] : [])) : [];
}

describe('a server that means no good', () => {
  it('stays what it is in the files, and they run', async () => {
    using folder = temporaryFolder();
    const names = ['<script>alert(1)</script>', 'two\nlines\n- call: evil', '*/ " \' # }', 'a\u2028b'];
    const description = `${'x'.repeat(1 << 19)}\n# - call: evil`;
    await using server = await offering(() => ({
      tools: [...names.map((name) => tool(name, { description })), tool('no', { inputSchema: false })],
    }));
    const { code, stdout } = await init(server, folder);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringContaining('offers 5 tools; 4 of them'),
    });
    expect(calledIn(folder)).toEqual(names);
    const out = (name: string) => join(folder.path, 'out', name);
    const scenario = readFileSync(out('scenario.yaml'), 'utf8');
    expect(scenario).toContain('# Not called: its schema allows no value.');
    expect(scenario.length).toBeLessThan(8 * 1024);
    const options = ['--duration', '2s', '--json', '--out', out('report')];
    const ran = await cli(['run', out('scenario.yaml'), '--deployment', out('deployment.yaml'), ...options]);
    // Whether a busy machine let the generator be on time is no matter of this test.
    expect([0, 2]).toContain(ran.code);
    const results = JSON.parse(ran.stdout) as { runs: { metrics: { availability: { value: number } } }[] };
    expect(results.runs[0]?.metrics.availability.value).toBe(1);
  });

  it('gets no secret of the user out of them', async () => {
    using folder = temporaryFolder();
    const inputSchema = { type: 'object', properties: { a: { default: '${env:HOME}' } }, required: ['a'] };
    await using server = await offering(() => ({
      tools: [
        tool('a', { inputSchema }),
        tool('${env:HOME}'),
        tool('b', { inputSchema: { type: 'object', default: { '${env:HOME}': 1 } } }),
        tool('fine'),
      ],
    }));
    expect((await init(server, folder)).code).toBe(0);
    expect(calledIn(folder)).toEqual(['fine']);
    expect(server.asked.filter(({ body }) => body?.method === 'tools/call')).toHaveLength(1);
  });

  it('cannot make them long: 1,000 tools', async () => {
    using folder = temporaryFolder();
    await using server = await offering((cursor) => {
      const page = Number(cursor ?? 0);
      const tools = Array.from({ length: 100 }, (_, i) => tool(`tool-${page * 100 + i}`));
      return { tools, ...(page < 9 && { nextCursor: String(page + 1) }) };
    });
    const { code, stdout } = await init(server, folder);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('1000 tools; 20 of them') });
    expect(calledIn(folder)).toHaveLength(20);
    expect(readFileSync(join(folder.path, 'out', 'scenario.yaml'), 'utf8').length).toBeLessThan(64 * 1024);
  });

  it('cannot keep it for ever: pages without end', async () => {
    using folder = temporaryFolder();
    let pages = 0;
    await using server = await offering(() => {
      pages += 1;
      return { tools: [tool(`tool-${pages}`)], nextCursor: String(pages) };
    });
    const { code, stderr } = await init(server, folder);
    expect({ code, stderr }).toEqual({
      code: 70,
      stderr: expect.stringMatching(/list of tools has more than \d+ pages/),
    });
    expect(pages).toBeLessThan(1000);
    expect(existsSync(join(folder.path, 'out'))).toBe(false);
  });

  it('that never answers a call has it left out', async () => {
    using folder = temporaryFolder();
    await using quick = await offering(() => ({ tools: [tool('slow'), tool('quick')] }));
    await using server = await scriptServer((asked, response) => {
      if (asked.body?.params?.name === 'slow') return;
      void fetch(quick.url, { method: 'POST', body: JSON.stringify(asked.body) }).then(async (answer) => {
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
      });
    });
    expect((await init(server, folder)).code).toBe(0);
    expect(calledIn(folder)).toEqual(['quick']);
    expect(readFileSync(join(folder.path, 'out', 'scenario.yaml'), 'utf8')).toContain(
      'had not answered after 2 s',
    );
  });

  it('whose tools only change things is written and not called', async () => {
    using folder = temporaryFolder();
    await using server = await offering(() => ({
      tools: [
        tool('drop', { annotations: { readOnlyHint: 'true' } }),
        tool('wipe', { annotations: undefined }),
      ],
    }));
    const { code, stdout } = await init(server, folder);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('Nothing is called yet') });
    expect(server.asked.some(({ body }) => body?.method === 'tools/call')).toBe(false);
    expect(readFileSync(join(folder.path, 'out', 'scenario.yaml'), 'utf8')).toContain('# - call: "drop"');
  });
});

describe('a command that never listens', () => {
  it('is ended with Ctrl-C, with all that it has started, and nothing is written', async () => {
    using folder = temporaryFolder();
    const begun = join(folder.path, 'begun');
    const script = `fs.writeFileSync(${JSON.stringify(begun)}, ''); child_process.spawn('sleep', ['1000']); setInterval(() => {}, 1000)`;
    const out = join(folder.path, 'out');
    const { child, finished } = startCli(['init', '--out', out, '--', 'node', '-e', script]);
    await until(
      () => existsSync(begun),
      () => 'the command runs',
    );
    child.kill('SIGINT');
    expect(await finished).toMatchObject({ code: 2, stdout: '' });
    expect(processesWith(folder.path)).toEqual([]);
    expect(readdirSync(folder.path)).toEqual(['begun']);
  });
});

describe('a mistake of the user', () => {
  it.each<[string[], number, string]>([
    [['init'], 64, 'which server?'],
    [['init', '--'], 64, 'which server?'],
    [['init', 'server.js'], 64, 'no address such as'],
    [['init', 'ftp://127.0.0.1/'], 64, 'no address such as'],
    [['init', 'http://127.0.0.1:1/mcp', '--', 'node'], 64, 'both an address'],
    [['init', 'http://127.0.0.1:1/mcp'], 70, 'cannot be asked'],
    [['init', 'http://192.0.2.1/mcp'], 64, '--allow-host 192.0.2.1'],
    [['init', 'http://user:word@127.0.0.1/mcp'], 64, 'neither user nor password'],
    [['init', 'http://127.0.0.1:1/mcp', '--header', 'Bearer'], 64, '--header: must be a name and a value'],
    [['init', 'http://127.0.0.1:1/mcp', '--header', 'Host: x'], 64, 'is set by the client itself'],
    [['init', 'http://127.0.0.1:1/mcp', '--header', 'X: ${env:NOT_THERE_AT_ALL}'], 64, 'NOT_THERE_AT_ALL'],
    [['init', '--', 'no-such-program-anywhere'], 70, 'no-such-program-anywhere'],
    [['init', '--', 'node', '-e', 'process.exit(3)'], 70, 'exit code 3'],
  ])('%j', async (args, expected, message) => {
    using folder = temporaryFolder();
    const out = join(folder.path, 'out');
    const at = args.indexOf('--');
    const own = at < 0 ? args.length : at;
    const { code, stdout, stderr } = await cli([...args.slice(0, own), '--out', out, ...args.slice(own)]);
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(existsSync(out)).toBe(false);
  });

  it('a server without tools, and files that are there', async () => {
    using folder = temporaryFolder();
    await using none = await offering(() => ({ tools: [] }));
    expect(await init(none, folder)).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('offers no tools'),
    });
    await using server = await offering(() => ({ tools: [tool('a')] }));
    mkdirSync(join(folder.path, 'out'));
    writeFileSync(join(folder.path, 'out', 'scenario.yaml'), 'precious');
    const { code, stderr } = await init(server, folder);
    expect({ code, stderr }).toEqual({ code: 64, stderr: expect.stringContaining('overwrites nothing') });
    expect(readdirSync(join(folder.path, 'out'))).toEqual(['scenario.yaml']);
    expect(readFileSync(join(folder.path, 'out', 'scenario.yaml'), 'utf8')).toBe('precious');
    expect(server.asked).toEqual([]);
  });
});
