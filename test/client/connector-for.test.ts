import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { ClientKind, ProtocolRevision } from '../../src/record/index.ts';
import { exitOf } from '../support/output-of.ts';

/** The packages that are loaded when a connector of this kind is made. */
async function loaded(kind: ClientKind, protocol: ProtocolRevision): Promise<string[]> {
  const program = `
    import { registerHooks } from 'node:module';
    const urls = [];
    registerHooks({ load: (url, context, next) => { urls.push(url); return next(url, context); } });
    const { connectorFor } = await import('${new URL('../../src/client/index.ts', import.meta.url).href}');
    const connect = await connectorFor('${kind}', '${protocol}');
    await connect('http://127.0.0.1:1/mcp')[Symbol.asyncDispose]();
    console.log(JSON.stringify(urls));`;
  const { code, stdout, stderr } = await exitOf(
    spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  expect(code, stderr).toBe(0);
  const names = (JSON.parse(stdout) as string[]).map(
    (url) => /.*\/node_modules\/((?:@[\w.-]+\/)?[\w.-]+)\//.exec(url)?.[1],
  );
  return [...new Set(names)].filter((name) => name !== undefined);
}

describe('a connector', () => {
  it('loads no SDK for the wire client', async () => {
    const packages = [...(await loaded('wire', '2025-11-25')), ...(await loaded('wire', '2026-07-28'))];
    expect(packages.filter((name) => /modelcontextprotocol|undici/.test(name))).toEqual([]);
  });

  it.each([
    ['sdk', '2025-11-25', '@modelcontextprotocol/sdk'],
    ['sdk', '2026-07-28', '@modelcontextprotocol/client'],
    ['sdk-v2', '2025-11-25', '@modelcontextprotocol/client'],
  ] as const)('%s loads for %s %s and no other', async (kind, protocol, name) => {
    const packages = await loaded(kind, protocol);
    const sdks = ['@modelcontextprotocol/sdk', '@modelcontextprotocol/client'];
    expect(packages.filter((one) => sdks.includes(one))).toEqual([name]);
  });
});
