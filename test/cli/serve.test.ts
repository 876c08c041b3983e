import type { ChildProcess } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../src/cli/arguments.ts';
import { cli, processesWith, startCli, temporaryFolder, until } from '../support/cli.ts';

/** Resolves with what has been written once the pattern is in it. */
function said(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk;
      if (pattern.test(text)) resolve(text);
    });
    child.once('close', () => reject(new Error(`it ended, having said ${text}`)));
  });
}

/** Sends what the `curl` command in a text would send. */
function asCurl(text: string): Promise<Response> {
  const [, url = ''] = /curl -sS -i (\S+)/.exec(text) ?? [];
  const headers = [...text.matchAll(/-H "([^:]+): ([^"]+)"/g)].map((match) => [match[1], match[2]]);
  const [, body = ''] = /-d '([^']+)'/.exec(text) ?? [];
  return fetch(url, { method: 'POST', headers: Object.fromEntries(headers), body });
}

describe('windtunnel serve', () => {
  it.each([
    ['stateful-v2', '2025-11-25', 'windtunnel-basket'],
    ['stateful-v1', '2025-11-25', 'windtunnel-basket'],
    ['stateless-v2', '2026-07-28', 'basket_create'],
  ])('%s: answers the request that it shows; Ctrl-C ends it', async (server, protocol, answer) => {
    const { child, finished } = startCli(['serve', '--server', server]);
    const text = await said(child, /Ctrl-C ends it/);
    expect(text).toContain(`MCP ${protocol} is served at`);
    const response = await asCurl(text);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain(answer);
    child.kill('SIGINT');
    expect(await finished).toMatchObject({ code: 0, stderr: 'The server has ended.\n' });
    expect(processesWith(`serve --server ${server}`)).toEqual([]);
  });

  it('says in JSON where it is, and leaves no store behind', async () => {
    using temporary = temporaryFolder();
    const { child, finished } = startCli(['serve', '--store', 'sqlite', '--json'], {
      // A name in the user's environment that no server could listen on.
      env: { TMPDIR: temporary.path, HOST: 'nowhere.invalid' },
    });
    const where = JSON.parse(await said(child, /\n/)) as { url: string };
    expect(where).toMatchObject({ server: 'stateful-v2', protocol: '2025-11-25', store: 'sqlite' });
    expect((await fetch(where.url, { method: 'POST' })).status).toBeGreaterThanOrEqual(400);
    expect(readdirSync(temporary.path)).toHaveLength(1);
    child.kill('SIGTERM');
    expect(await finished).toMatchObject({ code: 0, stderr: '' });
    expect(readdirSync(temporary.path)).toEqual([]);
  });

  it('exits 64 on a port that is taken or no port', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    try {
      const { code, stderr } = await cli(['serve', '--port', port]);
      expect(code).toBe(64);
      expect(stderr).toBe(
        `windtunnel: --port ${port}: another program listens there\n  Choose another port, or leave --port out for any free one.\n`,
      );
    } finally {
      taken.close();
    }
  });

  it.each([
    [['--port', '65536'], 'must be a whole number from 0 to 65535'],
    [['--port', '-1'], 'must be a whole number from 0 to 65535'],
    [['--port', ''], 'must be a whole number from 0 to 65535'],
    [['--server', 'apache'], 'stateless-v2'],
  ])('refuses %j', async (args, message) => {
    const parsed = parseArguments(['serve', ...args], '0', () => {}, 80);
    await expect(parsed).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining(message) });
  });

  it.runIf(process.platform === 'linux')('exits 70 and says so when the server ends by itself', async () => {
    const mark = 'serve --server stateful-v2 --store memory';
    const { child, finished } = startCli(mark.split(' '));
    await said(child, /Ctrl-C ends it/);
    const server = processesWith(mark).find(({ command }) => command.includes('infra/servers/stateful-v2'));
    process.kill(server?.pid ?? 0, 'SIGKILL');
    const { code, stderr } = await finished;
    expect(code).toBe(70);
    expect(stderr).toContain('the server ended by itself (SIGKILL)');
    await until(
      () => processesWith(mark).length === 0,
      () => JSON.stringify(processesWith(mark)),
    );
  });
});
