import type { ServerName } from './replica.ts';

/** A `tools/call` result, as far as the tests look at it. */
export interface ToolResult {
  content: { type: string; text: string }[];
  structuredContent?: Record<string, unknown>;
  isError?: boolean;
  _meta?: Record<string, unknown>;
}

export interface RpcMessage {
  result?: unknown;
  error?: { code: number; message: string };
}

export const clientInfo = { name: 'test', version: '1.0.0' };
export const sessionHeader = 'mcp-session-id';
const opIdKey = 'io.mcp-windtunnel/opId';

const revisionOf = { 'stateful-v2': '2025-11-25', 'stateful-v1': '2025-11-25', 'stateless-v2': '2026-07-28' };

/** One POST as a client of that server's revision sends it: bare `fetch`, so that a test sees every byte. */
export function post(
  url: URL,
  message: object,
  options: { headers?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...options.headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', ...message }),
    ...(options.signal && { signal: options.signal }),
  });
}

/** `initialize` and `notifications/initialized`; the id of the new session. */
export async function openSession(url: URL): Promise<string> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
  const response = await post(url, { id: 0, method: 'initialize', params });
  const session = response.headers.get(sessionHeader);
  await readAnswer(response);
  if (session === null) throw new Error(`no session: ${response.status}`);
  await post(url, { method: 'notifications/initialized' }, { headers: { [sessionHeader]: session } });
  return session;
}

export interface CallOptions {
  session?: string;
  opId?: string;
  id?: number;
  signal?: AbortSignal;
}

/** Sends `tools/call` in the revision of the server; resolves with the headers of the answer. */
export function sendCall(
  server: ServerName,
  url: URL,
  name: string,
  args: object,
  { session, opId, id = 1, signal }: CallOptions = {},
): Promise<Response> {
  const revision = revisionOf[server];
  const stateless = server === 'stateless-v2';
  const envelope = {
    'io.modelcontextprotocol/protocolVersion': revision,
    'io.modelcontextprotocol/clientInfo': clientInfo,
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const _meta = { ...(stateless && envelope), ...(opId !== undefined && { [opIdKey]: opId }) };
  const headers = {
    'mcp-protocol-version': revision,
    ...(stateless && { 'mcp-method': 'tools/call', 'mcp-name': name }),
    ...(session !== undefined && { [sessionHeader]: session }),
  };
  const message = { id, method: 'tools/call', params: { name, arguments: args, _meta } };
  return post(url, message, { headers, ...(signal && { signal }) });
}

/** Calls a tool and reads its result. */
export async function callTool(
  server: ServerName,
  url: URL,
  name: string,
  args: object = {},
  options: CallOptions = {},
): Promise<ToolResult> {
  const response = await sendCall(server, url, name, args, options);
  const answer = await readAnswer(response);
  if (!answer.result) throw new Error(`${response.status} ${JSON.stringify(answer)}`);
  return answer.result as ToolResult;
}

/** The JSON-RPC message of an answer, whether it came as JSON or as an event stream. */
export async function readAnswer(response: Response): Promise<RpcMessage> {
  const text = await response.text();
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
    return JSON.parse(text) as RpcMessage;
  }
  const data = /^data: (.+)$/m.exec(text)?.[1];
  if (data === undefined) throw new Error(`no message in the stream: ${JSON.stringify(text)}`);
  return JSON.parse(data) as RpcMessage;
}
