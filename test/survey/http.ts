import { request } from 'node:http';
import { type JsonRpcAnswer, jsonRpcAnswer } from '../../src/topology/json-rpc-answer.ts';

/** One exchange over a connection of its own, and the text of it: exactly what went out and came back. */
export interface Exchange {
  status: number | undefined;
  headers: Record<string, string | string[] | undefined>;
  message: JsonRpcAnswer | undefined;
  body: string;
  /** Why there is no whole answer. */
  broken: string | undefined;
  text: string;
}

const timeoutMs = 15_000;

export function post(url: string, body: object, headers: Record<string, string> = {}): Promise<Exchange> {
  const sent = JSON.stringify(body);
  const { pathname } = new URL(url);
  const all = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  const asked = [`POST ${pathname} HTTP/1.1`, ...lines, '', sent].join('\n');
  return new Promise((resolve) => {
    const settle = (exchange: Omit<Exchange, 'text'>, answered: string) =>
      resolve({ ...exchange, text: `${asked}\n\n${answered}` });
    const outgoing = request(
      url,
      { method: 'POST', headers: all, agent: false, timeout: timeoutMs },
      (answer) => {
        const status = answer.statusCode;
        const isStream = answer.headers['content-type']?.startsWith('text/event-stream') ?? false;
        const head = [
          `HTTP/1.1 ${status} ${answer.statusMessage ?? ''}`.trimEnd(),
          ...headLines(answer.rawHeaders),
        ];
        let text = '';
        const end = (broken: string | undefined) => {
          const message = jsonRpcAnswer(text, isStream);
          const after = broken === undefined ? [] : ['', `(${broken})`];
          const shown = [...head, '', text.trim().slice(0, 1500), ...after].join('\n');
          settle(
            { status, headers: answer.headers, message, body: text, broken: message ? undefined : broken },
            shown,
          );
          answer.destroy();
        };
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => {
          text += chunk;
          // A stream may stay open after the answer.
          if (isStream && jsonRpcAnswer(text, isStream)) end(undefined);
        });
        answer.on('end', () => end(undefined));
        answer.on('error', (error) => end(error.message));
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)));
    outgoing.on('error', (error) =>
      settle(
        { status: undefined, headers: {}, message: undefined, body: '', broken: error.message },
        `(${error.message})`,
      ),
    );
    outgoing.end(sent);
  });
}

/** Without what differs from one time to the next. */
function headLines(raw: readonly string[]): string[] {
  const lines: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    if (!/^(date|connection|keep-alive|etag)$/i.test(raw[i] ?? '')) lines.push(`${raw[i]}: ${raw[i + 1]}`);
  }
  return lines;
}

const clientInfo = { name: 'windtunnel-survey', version: '1' };

export const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo },
};

/** Opens a session, if the server keeps sessions. @returns the headers of what follows. */
export async function open(url: string): Promise<Record<string, string>> {
  const { headers } = await post(url, initialize);
  const id = headers['mcp-session-id'];
  const session = {
    'mcp-protocol-version': '2025-11-25',
    ...(typeof id === 'string' && { 'mcp-session-id': id }),
  };
  await post(url, { jsonrpc: '2.0', method: 'notifications/initialized' }, session);
  return session;
}

export function call(
  id: number,
  { call: name, arguments: args }: { call: string; arguments: object },
): object {
  return { jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: args } };
}

const revision = '2026-07-28';

/** A request of 2026-07-28. */
export function modern(
  url: string,
  method: string,
  params: Record<string, unknown>,
  name?: string,
): Promise<Exchange> {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': revision,
    'io.modelcontextprotocol/clientInfo': clientInfo,
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const body = { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta } };
  return post(url, body, {
    'mcp-protocol-version': revision,
    'mcp-method': method,
    ...(name !== undefined && { 'mcp-name': name }),
  });
}
